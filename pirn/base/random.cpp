#include "pirn/base/random.hpp"

#include <bit>

#include "pirn/base/assert.hpp"
#include "pirn/base/hash.hpp"

namespace pirn {

random_source::random_source(std::uint64_t seed) noexcept : seed_(seed), state_{} {
  for (std::uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15U;
    word = mix_bits(seed);
  }
}

std::uint64_t random_source::operator()() noexcept {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

// Multiply and take the upper half, rejecting the few draws that would favour some results; which
// they are costs a division, so that is asked only when it may matter (Lemire, 2019).
std::uint64_t random_source::below(std::uint64_t bound) noexcept {
  PIRN_ASSERT(bound > 0, "below() needs a bound above zero");
  unsigned __int128 product = static_cast<unsigned __int128>((*this)()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t favoured = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < favoured) {
      product = static_cast<unsigned __int128>((*this)()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double random_source::uniform() noexcept {
  return static_cast<double>((*this)() >> 11) * 0x1.0p-53;
}

random_source random_source::split(std::string_view name) const noexcept {
  running_hash hash;
  hash.add(seed_);
  hash.add(name);
  return random_source(hash.value());
}

}  // namespace pirn
