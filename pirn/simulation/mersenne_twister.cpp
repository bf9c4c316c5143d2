#include "pirn/simulation/mersenne_twister.hpp"

#include <algorithm>

#include "pirn/base/assert.hpp"

namespace pirn::des {

namespace {

constexpr std::uint32_t upper_bit = 0x80000000U;

// The next word of the state from three of the last round.
constexpr std::uint32_t twisted(std::uint32_t here, std::uint32_t after,
                                std::uint32_t far) noexcept {
  const std::uint32_t joined = (here & upper_bit) | (after & ~upper_bit);
  return far ^ (joined >> 1) ^ ((0U - (after & 1U)) & 0x9908b0dfU);
}

}  // namespace

mersenne_twister::mersenne_twister(std::span<const std::uint32_t> key) noexcept {
  PIRN_ASSERT(!key.empty(), "a key needs a word");
  state_[0] = 19650218U;
  for (std::uint32_t i = 1; i < words; ++i) {
    state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  }
  // Both passes go round the words behind the first, and on past the end where they began.
  std::size_t at = 1;
  const auto step = [&](std::uint32_t factor) {
    const std::uint32_t before = state_[at - 1];
    return state_[at] ^ ((before ^ (before >> 30)) * factor);
  };
  const auto advance = [&] {
    if (++at < words) return;
    state_[0] = state_[words - 1];
    at = 1;
  };
  for (std::size_t i = 0; i < std::max(words, key.size()); ++i) {
    const std::size_t which = i % key.size();
    state_[at] = step(1664525U) + key[which] + static_cast<std::uint32_t>(which);
    advance();
  }
  for (std::size_t i = 1; i < words; ++i) {
    state_[at] = step(1566083941U) - static_cast<std::uint32_t>(at);
    advance();
  }
  state_[0] = upper_bit;  // whatever the key, the state is not zero
}

// Three loops instead of indexes modulo the size: the first two become vector instructions.
void mersenne_twister::refill() noexcept {
  constexpr std::size_t lag = 397;
  constexpr std::size_t turn = words - lag;
  for (std::size_t i = 0; i < turn; ++i) {
    state_[i] = twisted(state_[i], state_[i + 1], state_[i + lag]);
  }
  for (std::size_t i = turn; i < words - 1; ++i) {
    state_[i] = twisted(state_[i], state_[i + 1], state_[i - turn]);
  }
  state_[words - 1] = twisted(state_[words - 1], state_[0], state_[lag - 1]);
  next_ = 0;
}

}  // namespace pirn::des
