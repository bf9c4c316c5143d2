// task_group_test: tasks that groups run in the tests, and what comes of them.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"

namespace pirn::group_tests {

using strings = std::vector<std::string>;

struct division_error : std::runtime_error {
  division_error() : std::runtime_error("division by zero") {}
};

inline task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}

inline task<> crash_after(duration delay) {
  co_await sleep_for(delay);
  throw division_error();
}

/// Fails when it is cancelled.
inline task<> crash_when_cancelled() {
  bool was_cancelled = false;
  try {
    co_await sleep_for(std::chrono::seconds(10));
  } catch (const cancelled&) {
    was_cancelled = true;
  }
  if (was_cancelled) throw division_error();
}

/// The exceptions with which `work` fails, as text, in order; empty when it does not.
template <class T>
task<strings> failures_of(task<T> work) {
  strings texts;
  try {
    co_await std::move(work);
  } catch (const exception_group& group) {
    for (const auto& each : group.exceptions()) texts.push_back(describe_exception(each));
  }
  co_return texts;
}

}  // namespace pirn::group_tests
