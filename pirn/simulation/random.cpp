#include "pirn/simulation/random.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "pirn/base/assert.hpp"
#include "pirn/base/hash.hpp"

namespace pirn::des {

namespace {

constexpr unsigned word_bits = 32;

std::array<std::uint32_t, 2> words_of(std::uint64_t seed) noexcept {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> word_bits)};
}

// The words that an integer of that value has: those above are zero. Zero itself has one.
std::span<const std::uint32_t> without_leading_zeros(
    std::span<const std::uint32_t> words) noexcept {
  while (words.size() > 1 && words.back() == 0) words = words.first(words.size() - 1);
  return words;
}

std::uint64_t summed_up(std::span<const std::uint32_t> words) noexcept {
  if (words.size() == 1) return words[0];
  if (words.size() == 2) return words[0] | std::uint64_t{words[1]} << word_bits;
  running_hash hash;
  for (std::uint32_t word : words) hash.add(word);
  return hash.value();
}

// How many of `width` in a row are a step apart, the first included.
std::uint64_t steps_within(std::uint64_t width, std::uint64_t step) noexcept {
  return (width - 1) / step + 1;
}

}  // namespace

random::random(std::span<const std::uint32_t> key, std::uint64_t seed) noexcept
    : twister_(key), seed_(seed) {}

random::random(std::uint64_t seed, by_value_t) noexcept
    : random(without_leading_zeros(words_of(seed)), seed) {}

random::random(std::span<const std::uint32_t> seed) noexcept
    : random(without_leading_zeros(seed), summed_up(without_leading_zeros(seed))) {}

random random::split(std::string_view name) const noexcept {
  running_hash hash;
  hash.add(seed_);
  hash.add(name);
  return random(hash.value());
}

// The words of a long number come lowest first; of its last one, the upper bits are taken.
std::uint64_t random::getrandbits(unsigned count) noexcept {
  PIRN_ASSERT(count <= 2 * word_bits, "getrandbits() gives 64 bits at most");
  if (count == 0) return 0;
  if (count <= word_bits) return twister_() >> (word_bits - count);
  const std::uint64_t low = twister_();
  const std::uint64_t high = twister_() >> (2 * word_bits - count);
  return low | high << word_bits;
}

std::uint64_t random::randbelow(std::uint64_t bound) noexcept {
  PIRN_ASSERT(bound > 0, "there is no number below zero");
  const auto bits = static_cast<unsigned>(std::bit_width(bound));
  for (;;) {
    const std::uint64_t number = getrandbits(bits);
    if (number < bound) return number;
  }
}

std::int64_t random::randrange(std::int64_t stop) noexcept {
  PIRN_ASSERT(stop > 0, "the range is empty");
  return static_cast<std::int64_t>(randbelow(static_cast<std::uint64_t>(stop)));
}

// Widths, steps and sums are taken modulo 2^64, where they are right whatever the signs.
std::int64_t random::randrange(std::int64_t start, std::int64_t stop, std::int64_t step) noexcept {
  PIRN_ASSERT(step > 0 ? start < stop : step < 0 && stop < start, "the range is empty");
  const auto first = static_cast<std::uint64_t>(start);
  const auto last = static_cast<std::uint64_t>(stop);
  const auto by = static_cast<std::uint64_t>(step);
  const std::uint64_t count =
      step > 0 ? steps_within(last - first, by) : steps_within(first - last, 0 - by);
  return static_cast<std::int64_t>(first + by * randbelow(count));
}

std::int64_t random::randint(std::int64_t low, std::int64_t high) noexcept {
  PIRN_ASSERT(low <= high, "the range is empty");
  const auto first = static_cast<std::uint64_t>(low);
  const std::uint64_t count = static_cast<std::uint64_t>(high) - first + 1;
  if (count != 0) return static_cast<std::int64_t>(first + randbelow(count));
  // All 2^64 of them: Python draws 65 bits until the highest is zero.
  for (;;) {
    const std::uint64_t number = getrandbits(2 * word_bits);
    if (getrandbits(1) == 0) return static_cast<std::int64_t>(first + number);
  }
}

std::vector<std::size_t> random::choices_of(std::size_t size, std::size_t count) {
  PIRN_ASSERT(size > 0, "there is nothing to choose from");
  std::vector<std::size_t> chosen(count);
  for (std::size_t& each : chosen) {
    each = static_cast<std::size_t>(uniform() * static_cast<double>(size));
  }
  return chosen;
}

std::vector<std::size_t> random::choices_of(std::size_t size, std::span<const double> weights,
                                            std::size_t count) {
  PIRN_ASSERT(size > 0 && weights.size() == size, "each element needs a weight");
  std::vector<double> sums(size);
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  const double total = sums.back();
  PIRN_ASSERT(total > 0 && std::isfinite(total), "the weights need a finite sum above zero");
  sums.pop_back();  // so that rounding up to the total chooses the last one, and none behind it
  std::vector<std::size_t> chosen(count);
  for (std::size_t& each : chosen) {
    const auto above = std::ranges::upper_bound(sums, uniform() * total);
    each = static_cast<std::size_t>(above - sums.begin());
  }
  return chosen;
}

// Python takes the vacancies of a list where that is small, and remembers what it has drawn where
// the list would be large. The draws differ, so the border between the two is part of the result.
std::vector<std::size_t> random::sample_of(std::size_t size, std::size_t count) {
  PIRN_ASSERT(count <= size, "the sample is larger than what it is taken from");
  double set_size = 21;
  if (count > 5) {
    set_size += std::pow(4, std::ceil(std::log(3 * static_cast<double>(count)) / std::log(4.0)));
  }
  std::vector<std::size_t> chosen(count);
  if (static_cast<double>(size) <= set_size) {
    std::vector<std::size_t> pool(size);
    std::iota(pool.begin(), pool.end(), std::size_t{0});
    for (std::size_t& each : chosen) {
      std::size_t& vacancy = pool[randbelow(pool.size())];
      each = std::exchange(vacancy, pool.back());
      pool.pop_back();
    }
    return chosen;
  }
  std::unordered_set<std::size_t> taken;
  for (std::size_t& each : chosen) {
    do {
      each = randbelow(size);
    } while (!taken.insert(each).second);
  }
  return chosen;
}

}  // namespace pirn::des
