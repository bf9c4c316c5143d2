// random: random numbers equal to those of CPython.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/simulation/mersenne_twister.hpp"

namespace pirn::des {

namespace detail {

template <class T>
concept length_of_time = requires { std::chrono::duration_cast<std::chrono::seconds>(T()); };

/// What all of these can be said in, with fractions.
template <length_of_time... Durations>
using common_length =
    std::chrono::duration<double, typename std::common_type_t<Durations...>::period>;

}  // namespace detail

/// Random numbers equal to those of CPython 3.11's `random.Random(seed)`, bit for bit: the same
/// calls in the same order give the same values, under Python's names. (Its `random()` is
/// `uniform()` here. What goes through log, exp, cos and the like is equal where both use one C
/// library.)
///
/// As a call it gives 32 bits: a uniform random bit generator for the standard library, whose
/// distributions are not the same everywhere. A copy goes on as the original does. Not for secrets.
///
/// Cost:   2.5 KB, and some microseconds to seed. expovariate() costs little more than its log.
/// Source: Python's random.py and _randommodule.c.
class random {
 public:
  using result_type = mersenne_twister::result_type;

  /// Equal to `Random(seed)`; a negative seed is its absolute value there, too.
  template <std::integral Seed>
  explicit random(Seed seed) noexcept : random(magnitude(seed), by_value) {}
  /// Equal to `Random(n)` for an integer of any size, given in words of 32 bits, the lowest first.
  explicit random(std::span<const std::uint32_t> seed) noexcept;

  /// A stream of its own for `name`: it depends on the seed and the name alone, not on what was
  /// drawn, so that another process in a simulation does not shift the numbers of the rest.
  random split(std::string_view name) const noexcept;

  static constexpr result_type min() noexcept { return mersenne_twister::min(); }
  static constexpr result_type max() noexcept { return mersenne_twister::max(); }
  result_type operator()() noexcept { return twister_(); }

  /// A number in [0, 1) with 53 random bits. Source: `random()`.
  double uniform() noexcept {
    const std::uint64_t high = twister_() >> 5;
    const std::uint64_t low = twister_() >> 6;
    return static_cast<double>(high << 26 | low) * 0x1p-53;
  }

  // Integers.

  /// Requires: count <= 64.
  std::uint64_t getrandbits(unsigned count) noexcept;
  /// One of 0 … bound - 1. Requires: bound > 0. Source: `_randbelow()`.
  std::uint64_t randbelow(std::uint64_t bound) noexcept;
  /// One of 0 … stop - 1. Requires: stop > 0.
  std::int64_t randrange(std::int64_t stop) noexcept;
  /// One of start, start + step, … before stop. Requires: there is one.
  std::int64_t randrange(std::int64_t start, std::int64_t stop, std::int64_t step = 1) noexcept;
  /// One of low … high, both included. Requires: low <= high.
  std::int64_t randint(std::int64_t low, std::int64_t high) noexcept;

  // Sequences.

  /// One of a sequence's elements, itself.
  /// Requires: the sequence has one.
  template <std::ranges::random_access_range Range>
    requires(std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>)
  decltype(auto) choice(Range&& from) {
    return *nth(from, randbelow(std::ranges::size(from)));
  }

  /// `count` elements, each drawn from all of them, with equal chances or in the ratio of
  /// `weights`. Requires: the sequence has elements, and each a weight; the weights' sum is finite
  /// and above 0.
  template <std::ranges::random_access_range Range>
  auto choices(Range&& from, std::size_t count) {
    return at_indexes(from, choices_of(std::ranges::size(from), count));
  }
  template <std::ranges::random_access_range Range>
  auto choices(Range&& from, std::span<const double> weights, std::size_t count) {
    return at_indexes(from, choices_of(std::ranges::size(from), weights, count));
  }

  /// `count` different elements, in random order.
  /// Requires: there are so many.
  template <std::ranges::random_access_range Range>
  auto sample(Range&& from, std::size_t count) {
    return at_indexes(from, sample_of(std::ranges::size(from), count));
  }

  /// Puts the elements in random order.
  template <std::ranges::random_access_range Range>
  void shuffle(Range&& elements) {
    for (std::size_t rest = std::ranges::size(elements); rest > 1; --rest) {
      const std::size_t chosen = randbelow(rest);
      std::ranges::iter_swap(nth(elements, rest - 1), nth(elements, chosen));
    }
  }

  // Real numbers. The parameters are Python's; outside of their domain the result is no number.

  double uniform(double low, double high) noexcept;
  /// Between low and high, most often near `mode`; without one, near the middle.
  double triangular(double low, double high) noexcept;
  double triangular(double low, double high, double mode) noexcept;
  /// The time to the next of events that come at `rate` a unit of time: 1 / rate in the mean.
  double expovariate(double rate) noexcept;
  /// Normal, two for the price of one: the second is kept for the next call.
  double gauss(double mean, double deviation) noexcept;
  double normalvariate(double mean, double deviation) noexcept;
  double lognormvariate(double mean, double deviation) noexcept;
  /// With mean alpha * beta. Requires: both are above 0; so in betavariate().
  double gammavariate(double alpha, double beta) noexcept;
  double betavariate(double alpha, double beta) noexcept;
  double paretovariate(double alpha) noexcept;
  /// `alpha` is the scale, `beta` the shape.
  double weibullvariate(double alpha, double beta) noexcept;
  /// An angle in [0, 2 pi) about `mean`.
  double vonmisesvariate(double mean, double concentration) noexcept;

  // Lengths of time, in the unit of the arguments: `expovariate(5min)` is as many minutes as
  // Python's `expovariate(1 / 5)` says. A clock's own duration is a `std::chrono::round` away.

  /// Unlike the rate of the other, its argument is the mean.
  template <detail::length_of_time Mean>
  auto expovariate(Mean mean) noexcept {
    using unit = detail::common_length<Mean>;
    return unit(expovariate(1 / unit(mean).count()));
  }
  template <detail::length_of_time Low, detail::length_of_time High>
  auto uniform(Low low, High high) noexcept {
    using unit = detail::common_length<Low, High>;
    return unit(uniform(unit(low).count(), unit(high).count()));
  }
  template <detail::length_of_time Mean, detail::length_of_time Deviation>
  auto normalvariate(Mean mean, Deviation deviation) noexcept {
    using unit = detail::common_length<Mean, Deviation>;
    return unit(normalvariate(unit(mean).count(), unit(deviation).count()));
  }

 private:
  static constexpr struct by_value_t {
  } by_value{};
  random(std::uint64_t seed, by_value_t tag) noexcept;
  random(std::span<const std::uint32_t> key, std::uint64_t seed) noexcept;

  template <class Seed>
  static constexpr std::uint64_t magnitude(Seed seed) noexcept {
    const auto bits = static_cast<std::uint64_t>(seed);
    if constexpr (std::signed_integral<Seed>) return seed < 0 ? 0 - bits : bits;
    return bits;
  }

  template <class Range>
  static auto nth(Range& range, std::size_t index) {
    return std::ranges::begin(range) + static_cast<std::ranges::range_difference_t<Range>>(index);
  }
  template <class Range>
  static auto at_indexes(Range& from, const std::vector<std::size_t>& indexes) {
    std::vector<std::ranges::range_value_t<Range>> found;
    found.reserve(indexes.size());
    for (std::size_t index : indexes) found.push_back(*nth(from, index));
    return found;
  }
  std::vector<std::size_t> choices_of(std::size_t size, std::size_t count);
  std::vector<std::size_t> choices_of(std::size_t size, std::span<const double> weights,
                                      std::size_t count);
  std::vector<std::size_t> sample_of(std::size_t size, std::size_t count);

  mersenne_twister twister_;
  std::uint64_t seed_;  // or, of a longer one, its hash: what streams are split by
  std::optional<double> gauss_next_;
};

}  // namespace pirn::des
