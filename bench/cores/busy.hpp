// busy: the work of the cores bench, the same in every subject: what a processor does in 2 ms.
#pragma once

#include <cstdint>

#include <time.h>

#include "bench/common/measure.hpp"

namespace bench {

inline std::int64_t thread_cpu_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// Computes until this thread has used 2 ms of its processor, whatever else runs on the machine.
inline std::uint64_t compute_for_2_ms() noexcept {
  random numbers(1);
  const std::int64_t until = thread_cpu_ns() + 2'000'000;
  std::uint64_t sum = 0;
  while (thread_cpu_ns() < until) {
    for (int i = 0; i < 1'000; ++i) sum += numbers.next();
  }
  return sum;
}

}  // namespace bench
