// work: what the submit programs in C++ hand to their pools, and what has to come back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "bench/common/elapsed.hpp"

namespace bench {

inline constexpr unsigned pool_size = 2;
inline constexpr std::uint64_t batch = 1'000;

inline std::uint64_t add_one(std::uint64_t n) noexcept {
  return n + 1;
}

/// What a batch's results come to when its tasks add one to 0, 1, 2, …
inline constexpr std::uint64_t batch_sum = batch * (batch + 1) / 2;

inline constexpr std::uint64_t map_elements = 1'000'000;
inline constexpr std::uint64_t map_chunk = 10'000;
inline constexpr std::uint64_t map_sum = 8'481'293'969'321'615'855u;

/// About 20 ns of work on an element, as a call, so that no compiler vectorises some loops and not
/// others.
[[gnu::noinline]] inline std::uint64_t mix(std::uint64_t z) noexcept {
  for (int i = 0; i < 10; ++i) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
  }
  return z;
}

inline void expect(std::uint64_t result, std::uint64_t expected) {
  if (result == expected) return;
  std::fprintf(stderr, "%llu instead of %llu\n", static_cast<unsigned long long>(result),
               static_cast<unsigned long long>(expected));
  std::exit(1);
}

/// Times `count / step` calls of `work`, whose results must be `expected`.
template <class Work>
elapsed timed(std::uint64_t count, std::uint64_t step, std::uint64_t expected, Work work) {
  const stopwatch watch;
  for (std::uint64_t done = 0; done < count; done += step) expect(work(), expected);
  return watch.read();
}

inline int run_submit(int argc, char** argv, timed_function batched, timed_function one_plain,
                      timed_function one_worker, timed_function map) {
  return run_timed(argc, argv,
                   {{"batched", batched, batch},
                    {"one-plain", one_plain},
                    {"one-worker", one_worker},
                    {"map-chunk", map, map_elements}});
}

}  // namespace bench
