// measure: the frame of every benchmark program in C++: pick a case, choose a count, time it, print
// it.
//
// A program is called as `PROGRAM CASE [COUNT]` and prints one line of JSON,
// {"unit":"ns","value":4.2}, the CPU time of one operation. CPU time, not wall time, because every
// program here is one thread that never blocks (the exceptions say so), and what else runs on the
// machine must not show. With COUNT the case runs exactly that often, so that callgrind can count
// the instructions of a known amount of work.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <time.h>

namespace bench {

/// The CPU time of this process so far, in nanoseconds; all threads, user and system.
inline std::int64_t cpu_now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// Tells the optimiser that `value` is read, so that the work behind it stays.
template <class T>
inline void keep(const T& value) noexcept {
  asm volatile("" : : "r,m"(value) : "memory");
}

/// A small generator of random numbers (splitmix64), the same in every subject.
class random {
 public:
  explicit random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

/// Does `count` operations and returns the nanoseconds they took, without what it took to set them
/// up.
using case_function = std::int64_t (*)(std::uint64_t count);

struct named_case {
  const char* name;
  case_function function;
  std::uint64_t fixed_count = 0;  // when not zero, the case runs once with this count
};

inline constexpr std::int64_t target_ns = 300'000'000;

/// Doubles the count until a run takes a tenth of the target, then runs once for about the whole of
/// it.
inline double measure_ns(const named_case& chosen) {
  if (chosen.fixed_count != 0) {
    return static_cast<double>(chosen.function(chosen.fixed_count)) /
           static_cast<double>(chosen.fixed_count);
  }
  std::uint64_t count = 1'000;
  std::int64_t took_ns = chosen.function(count);
  while (took_ns < target_ns / 10) {
    count *= 2;
    took_ns = chosen.function(count);
  }
  count = count * static_cast<std::uint64_t>(target_ns) / static_cast<std::uint64_t>(took_ns);
  return static_cast<double>(chosen.function(count)) / static_cast<double>(count);
}

inline int run(int argc, char** argv, std::initializer_list<named_case> cases) {
  for (const named_case& each : cases) {
    if (argc < 2 || std::strcmp(argv[1], each.name) != 0) continue;
    if (argc > 2) {
      each.function(std::strtoull(argv[2], nullptr, 10));
      return 0;
    }
    std::printf("{\"unit\":\"ns\",\"value\":%.4f}\n", measure_ns(each));
    return 0;
  }
  std::fprintf(stderr, "usage: %s CASE [COUNT], CASE one of:", argv[0]);
  for (const named_case& each : cases) std::fprintf(stderr, " %s", each.name);
  std::fprintf(stderr, "\n");
  return 2;
}

}  // namespace bench
