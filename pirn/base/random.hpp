// random: seeded random numbers, the same on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pirn {

/// A small fast generator; equal seeds give equal sequences everywhere. Not for secrets.
///
/// Source: xoshiro256** 1.0 (Blackman and Vigna, 2018), seeded through splitmix64.
class random_source {
 public:
  using result_type = std::uint64_t;

  explicit random_source(std::uint64_t seed) noexcept;

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return UINT64_MAX; }
  result_type operator()() noexcept;

  /// A number in [0, bound), each equally likely.
  /// Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) noexcept;
  /// A number in [0, 1) with 53 random bits.
  double uniform() noexcept;

  /// A source of its own for `name`: it depends on the seed and the name alone, so that a new user
  /// of random numbers does not shift the others.
  random_source split(std::string_view name) const noexcept;

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

}  // namespace pirn
