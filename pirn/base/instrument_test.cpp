// instrument: what the decorators report.
#include "pirn/base/instrument.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using pirn::call_report;
using pirn::counted;
using pirn::name_of;
using pirn::named;
using pirn::timed;
using namespace std::chrono_literals;

int twice(int number) {
  return 2 * number;
}

// A clock that the test sets.
struct manual_clock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<manual_clock>;
  static time_point now() noexcept { return time_point(elapsed); }
  static inline duration elapsed{};
};

TEST(instrument, counted_counts_the_calls_that_throw_too) {
  auto calls = counted([](bool throws) {
    if (throws) throw std::runtime_error("");
  });
  calls(false);
  EXPECT_THROW(calls(true), std::runtime_error);
  EXPECT_EQ(calls.calls(), 2u);
}

TEST(instrument, a_name_is_kept_through_the_decorators) {
  auto function = counted(timed(named("twice", twice)));
  EXPECT_EQ(function(4), 8);
  EXPECT_EQ(function.name(), "twice");
  EXPECT_EQ(function.wrapped().name(), "twice");
  EXPECT_EQ(function.wrapped().wrapped().wrapped(), &twice);
  EXPECT_EQ(name_of(twice), "");
}

TEST(instrument, timed_keeps_statistics_and_reports_each_call) {
  std::vector<std::string> reports;
  auto sleep = timed(
      named("sleep", [](manual_clock::duration length) { manual_clock::elapsed += length; }),
      [&](const call_report& call) {
        reports.push_back(std::string(call.name) + " " + std::to_string(call.elapsed / 1ms));
      },
      manual_clock());
  sleep(30ms);
  sleep(10ms);
  EXPECT_EQ(reports, (std::vector<std::string>{"sleep 30", "sleep 10"}));
  EXPECT_EQ(sleep.statistics().calls, 2u);
  EXPECT_EQ(sleep.statistics().failures, 0u);
  EXPECT_EQ(sleep.statistics().total, 40ms);
  EXPECT_EQ(sleep.statistics().shortest, 10ms);
  EXPECT_EQ(sleep.statistics().longest, 30ms);
  EXPECT_EQ(sleep.statistics().mean(), 20ms);
}

TEST(instrument, a_call_that_throws_is_timed_and_marked) {
  bool threw = false;
  auto failing = timed([]() -> int { throw std::runtime_error(""); },
                       [&](const call_report& call) { threw = call.threw; });
  EXPECT_THROW(failing(), std::runtime_error);
  EXPECT_TRUE(threw);
  EXPECT_EQ(failing.statistics().failures, 1u);
}

TEST(instrument, a_function_that_calls_itself_is_counted_at_each_level) {
  std::function<int(int)> again;
  auto factorial = counted([&](int number) { return number < 2 ? 1 : number * again(number - 1); });
  again = std::ref(factorial);
  EXPECT_EQ(factorial(6), 720);
  EXPECT_EQ(factorial.calls(), 6u);
}

TEST(instrument, references_and_move_only_values_pass_through) {
  int target = 0;
  auto same = timed(counted([&]() -> int& { return target; }));
  EXPECT_EQ(&same(), &target);
  auto pass = counted([](std::unique_ptr<int> number) { return number; });
  EXPECT_EQ(*pass(std::make_unique<int>(3)), 3);
}

}  // namespace
