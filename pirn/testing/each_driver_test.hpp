// each_driver_test: a fixture whose tests run on every driver: io_uring, epoll, virtual time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/within.hpp"
#include "pirn/platform/uring_driver.hpp"
#include "pirn/run/run.hpp"

namespace pirn::testing {

/// The drivers that work on this machine.
inline std::vector<driver_choice> working_drivers() {
  std::vector<driver_choice> drivers{driver_choice::epoll, driver_choice::virtual_time};
  if (make_uring_driver()) drivers.push_back(driver_choice::io_uring);
  return drivers;
}

inline auto on_each() {
  return ::testing::ValuesIn(working_drivers());
}
/// On those of a kernel: a simulation has neither processes nor descriptors.
inline auto on_each_kernel() {
  std::vector<driver_choice> drivers = working_drivers();
  std::erase(drivers, driver_choice::virtual_time);
  return ::testing::ValuesIn(drivers);
}

inline std::string driver_name(const ::testing::TestParamInfo<driver_choice>& info) {
  switch (info.param) {
    case driver_choice::io_uring:
      return "io_uring";
    case driver_choice::epoll:
      return "epoll";
    case driver_choice::virtual_time:
      return "virtual_time";
    case driver_choice::automatic:
      break;
  }
  return "automatic";
}

/// Derive a suite from it, write TEST_P, and once
///   INSTANTIATE_TEST_SUITE_P(drivers, suite, pirn::testing::on_each(),
///   pirn::testing::driver_name);
class each_driver : public ::testing::TestWithParam<driver_choice> {
 protected:
  static bool is_virtual() { return GetParam() == driver_choice::virtual_time; }

  /// Runs the task `fn()`, for at most 20 s.
  template <class Fn>
  static auto on_loop(Fn&& fn) {
    return run({.driver = GetParam()}, [&fn] { return timeout(std::chrono::seconds(20), fn()); });
  }
};

}  // namespace pirn::testing
