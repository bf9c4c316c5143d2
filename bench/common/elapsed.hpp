// elapsed: the frame of the benchmark programs in C++ that have several threads or processes.
//
// A program is called as `PROGRAM CASE [COUNT]` and prints one line of JSON,
// {"wall":4.2,"cpu":8.1}: nanoseconds for one operation as a clock on the wall saw them, and as all
// its threads spent them. The wall is what such a program is for; the other says what it burnt.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <time.h>

#include "bench/common/measure.hpp"

namespace bench {

struct elapsed {
  std::int64_t wall_ns;
  std::int64_t cpu_ns;
};

/// Starts when it is made.
class stopwatch {
 public:
  elapsed read() const noexcept {
    return {wall_now_ns() - wall_start_ns_, cpu_now_ns() - cpu_start_ns_};
  }

 private:
  static std::int64_t wall_now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  }

  std::int64_t cpu_start_ns_ = cpu_now_ns();
  std::int64_t wall_start_ns_ = wall_now_ns();
};

/// Does `count` operations and returns what they took, without what it took to set them up.
using timed_function = elapsed (*)(std::uint64_t count);

struct timed_case {
  const char* name;
  timed_function function;
  std::uint64_t count_min = 1;  // counts are multiples of it
};

/// Doubles the count until a run takes a tenth of the target, then runs once for about the whole of
/// it; a run that is longer from the start counts itself. Prints what one operation took.
inline void measure_elapsed(const timed_case& chosen) {
  std::uint64_t count = chosen.count_min;
  elapsed took = chosen.function(count);
  while (took.wall_ns < target_ns / 10) {
    count *= 2;
    took = chosen.function(count);
  }
  if (took.wall_ns < target_ns) {
    const auto steps = count / chosen.count_min * static_cast<std::uint64_t>(target_ns);
    count = std::max<std::uint64_t>(1, steps / static_cast<std::uint64_t>(took.wall_ns)) *
            chosen.count_min;
    took = chosen.function(count);
  }
  const auto each = static_cast<double>(count);
  std::printf("{\"wall\":%.4f,\"cpu\":%.4f}\n", static_cast<double>(took.wall_ns) / each,
              static_cast<double>(took.cpu_ns) / each);
}

inline int run_timed(int argc, char** argv, std::initializer_list<timed_case> cases) {
  for (const timed_case& each : cases) {
    if (argc < 2 || std::strcmp(argv[1], each.name) != 0) continue;
    if (argc > 2) {
      each.function(std::strtoull(argv[2], nullptr, 10));
    } else {
      measure_elapsed(each);
    }
    return 0;
  }
  std::fprintf(stderr, "usage: %s CASE [COUNT], CASE one of:", argv[0]);
  for (const timed_case& each : cases) std::fprintf(stderr, " %s", each.name);
  std::fprintf(stderr, "\n");
  return 2;
}

}  // namespace bench
