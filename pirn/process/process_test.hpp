// process_test: what the tests of programs and pipes stand on: kernel loops, and what may leak.
#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "pirn/core/frame_pool.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace pirn::testing {

inline std::ptrdiff_t open_descriptors() {
  namespace fs = std::filesystem;
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Whether this process has a child, running or dead.
inline bool has_children() {
  return ::waitpid(-1, nullptr, WNOHANG) == 0 || errno != ECHILD;
}

/// While it lives, nothing may come to stay: neither descriptors nor children.
class nothing_left {
 public:
  nothing_left() : descriptors_(open_descriptors()) {}
  nothing_left(nothing_left&&) = delete;
  ~nothing_left() {
    EXPECT_EQ(open_descriptors(), descriptors_) << "descriptors were left behind";
    EXPECT_FALSE(has_children()) << "a child was left behind";
  }

 private:
  std::ptrdiff_t descriptors_;
};

/// The drivers of a kernel that work on this machine: programs are not part of a simulation.
inline std::vector<driver_choice> kernel_choices() {
  std::vector<driver_choice> drivers = working_drivers();
  std::erase(drivers, driver_choice::virtual_time);
  return drivers;
}

/// Runs `work()` once to its end and then again and again, cancelled after one resumption more each
/// time, until that is after its end. Each run must leave nothing behind.
inline void cancel_each_resumption(driver_choice driver, const std::function<task<>()>& work) {
  for (std::size_t point = 0;; ++point) {
    SCOPED_TRACE("cancelled after resumption " + std::to_string(point));
    nothing_left checked;
    auto limited = [&work]() -> task<> { co_await timeout(std::chrono::seconds(20), work()); };
    bool reached = false;
    runtime running({.driver = driver, .record_decisions = true});
    std::size_t resumptions = 0;
    running.loop().on_resumed = [&](std::uint64_t) {
      if (++resumptions != point) return;
      reached = true;
      running.loop().root().cancel();
    };
    try {
      running.run(limited());
    } catch (const future_cancelled&) {
      EXPECT_TRUE(reached);
    }
    if (point > 0 && !reached) return;
  }
}

/// Derive a suite from it, write TEST_P, and once
///   INSTANTIATE_TEST_SUITE_P(drivers, suite, on_each_kernel(), driver_name);
class on_kernel : public each_driver {
 protected:
  nothing_left checked_;
};
inline auto on_each_kernel() {
  return ::testing::ValuesIn(kernel_choices());
}

}  // namespace pirn::testing
