// simulated_test: what the tests of processes share: a run of several tasks on virtual time, and a
// journal of what they do.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace pirn::des {

using journal = std::vector<std::string>;

/// "3 a is done": what happens, and at which second.
inline std::string at_now(const std::string& what) {
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch());
  return std::to_string(time.count()) + " " + what;
}

/// Tests of what several processes do.
class simulated : public ::testing::Test {
 protected:
  /// Runs `body(group)` and the tasks that it starts, on virtual time, until all have ended.
  template <class Body>
  static void simulate(Body body) {
    pirn::testing::run_virtual([&]() -> task<> { co_await with_group(body); });
  }

  void note(const std::string& what) { seen.push_back(at_now(what)); }

  journal seen;
};

}  // namespace pirn::des
