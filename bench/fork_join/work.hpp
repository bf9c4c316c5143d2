// work: what the fork_join programs in C++ compute, and the results that they must come to.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "bench/common/elapsed.hpp"

namespace bench {

inline constexpr int fib_n = 35;
inline constexpr std::uint64_t fib_result = 9'227'465;

/// A tree of ten branches at each node; its leaves are numbered, and a node is their sum.
inline constexpr std::uint64_t skynet_leaves = 1'000'000;
inline constexpr std::uint64_t skynet_branches = 10;
inline constexpr std::uint64_t skynet_result = skynet_leaves * (skynet_leaves - 1) / 2;

inline constexpr int queens_n = 12;
inline constexpr std::uint64_t queens_result = 14'200;

/// The columns of the queens in the first rows.
struct board {
  std::array<signed char, queens_n> column;

  bool takes(int row, int wanted) const noexcept {
    for (int each = 0; each < row; ++each) {
      const int apart = wanted - column[static_cast<std::size_t>(each)];
      if (apart == 0 || apart == row - each || apart == each - row) return false;
    }
    return true;
  }
  board with(int row, int wanted) const noexcept {
    board more = *this;
    more.column[static_cast<std::size_t>(row)] = static_cast<signed char>(wanted);
    return more;
  }
};

/// A value that the optimiser cannot know, so that no call of a loop is worked out once for all.
template <class T>
T unknown(T value) noexcept {
  asm volatile("" : "+r"(value));
  return value;
}

/// Runs the work `count` times on the clock; ends the program when a result is wrong.
template <class Work>
elapsed timed(std::uint64_t count, std::uint64_t expected, Work work) {
  const stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t result = work();
    if (result == expected) continue;
    std::fprintf(stderr, "%llu instead of %llu\n", static_cast<unsigned long long>(result),
                 static_cast<unsigned long long>(expected));
    std::exit(1);
  }
  return watch.read();
}

}  // namespace bench
