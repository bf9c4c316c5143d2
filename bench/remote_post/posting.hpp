// posting: what all subjects of this bench share: how a waiting loop is woken and timed.
//
// batched: one thread posts `count` calls as fast as it can, the loop's thread runs them; the time
// runs from the first post to the last call.
// wake: a thread posts one call to a loop that sleeps, and again when it has run and the loop had
// the time to fall asleep; the median of the times from the post to the call.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include <time.h>

#include "bench/common/elapsed.hpp"

namespace bench {

inline std::int64_t clock_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// The poster's side of the wake case.
class wake_times {
 public:
  /// Times `count` calls: `post(arrive)` has `arrive()` called on the loop's thread.
  template <class Post>
  elapsed measure(std::uint64_t count, Post post) {
    const stopwatch watch;
    std::vector<std::int64_t> times;
    times.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::int64_t asleep_at = clock_ns() + fall_asleep_ns;
      while (clock_ns() < asleep_at) {
      }
      arrived_at_.store(0, std::memory_order_relaxed);
      const std::int64_t start = clock_ns();
      post();
      std::int64_t end = 0;
      while ((end = arrived_at_.load(std::memory_order_acquire)) == 0) {
      }
      times.push_back(end - start);
    }
    std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(count / 2));
    const std::int64_t median = times[count / 2];
    return {median * static_cast<std::int64_t>(count), watch.read().cpu_ns};
  }

  /// Said by the call that was posted.
  void arrive() noexcept { arrived_at_.store(clock_ns(), std::memory_order_release); }

 private:
  static constexpr std::int64_t fall_asleep_ns = 50'000;
  std::atomic<std::int64_t> arrived_at_{0};
};

}  // namespace bench
