// cancel_each: the tool that cancels a program at each of its suspensions.
#include "pirn/testing/cancel_each.hpp"

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/queue.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;

TEST(cancel_each, runs_the_program_once_and_then_once_for_each_suspension) {
  std::vector<int> steps_of_runs;
  int steps = 0;
  auto program = [&]() -> task<> {
    steps = 0;
    for (int step = 0; step < 3; ++step) {
      co_await sleep_for(1s);
      ++steps;
    }
  };
  auto check = [&](const cancelled_run& run) {
    EXPECT_EQ(run.point, steps_of_runs.size());
    EXPECT_EQ(run.error, nullptr);
    // Point 1 is before the start; after the last resumption nothing is left to be cancelled.
    EXPECT_EQ(run.was_cancelled, run.point >= 1 && run.point <= 4);
    EXPECT_EQ(run.tasks.empty(), run.point == 0 || run.point == 5) << run.tasks;
    steps_of_runs.push_back(steps);
    steps = 0;
  };
  EXPECT_EQ(cancel_each_await(program, check), 6u);
  EXPECT_EQ(steps_of_runs, (std::vector{3, 0, 0, 1, 2, 3}));
}

TEST(cancel_each, counts_the_suspensions_of_children_too) {
  std::set<std::string> cancelled_in;
  auto program = []() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      for (const char* name : {"left", "right"}) {
        group.spawn([]() -> task<> { co_await sleep_for(1s); }).set_name(name);
      }
      co_return;
    });
  };
  auto check = [&](const cancelled_run& run) {
    for (const char* name : {"left: ready", "left: waiting", "right: ready", "right: waiting"}) {
      if (run.tasks.find(name) != std::string::npos) cancelled_in.insert(name);
    }
  };
  EXPECT_GE(cancel_each_await(program, check), 6u);
  EXPECT_EQ(cancelled_in.size(), 4u);
}

TEST(cancel_each, shows_the_point_at_which_a_program_breaks_its_promise) {
  std::optional<std::size_t> broken_at;
  int balance = 0;
  auto program = [&]() -> task<> {
    balance = 0;
    co_await sleep_for(1s);
    ++balance;
    co_await sleep_for(1s);  // a cancel here leaves the balance at one
    --balance;
  };
  auto check = [&](const cancelled_run& run) {
    if (balance == 0) return;
    broken_at = run.point;
    EXPECT_NE(run.describe().find("cancelled at point 3"), std::string::npos) << run.describe();
    EXPECT_NE(run.describe().find("waiting for sleep"), std::string::npos) << run.describe();
  };
  cancel_each_await(program, check);
  EXPECT_EQ(broken_at, 3u);
}

TEST(cancel_each, an_error_other_than_the_cancel_fails_unless_it_is_checked) {
  auto program = []() -> task<> {
    bool cut_short = false;
    try {
      co_await sleep_for(1s);
    } catch (const cancelled&) {
      cut_short = true;
    }
    if (cut_short) throw std::runtime_error("the clean-up failed");
  };
  try {
    cancel_each_await(program);
    ADD_FAILURE() << "it was not noticed";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("the clean-up failed"), std::string::npos) << text;
  }
  int errors = 0;
  cancel_each_await(program, [&](const cancelled_run& run) { errors += run.error != nullptr; });
  EXPECT_EQ(errors, 2);
}

TEST(cancel_each, a_cancelled_program_that_deadlocks_fails) {
  auto program = []() -> task<> {
    event never_set;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        auto wait = [](event& flag) -> task<> { co_await flag.wait(); };
        co_await shield(wait(never_set));
      });
      co_await sleep_for(1s);
      never_set.set();
      co_await waiter;
    });
  };
  try {
    cancel_each_await(program);
    ADD_FAILURE() << "it was not noticed";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("deadlock"), std::string::npos) << text;
    EXPECT_NE(text.find("cancelled at point"), std::string::npos) << text;
  }
}

TEST(cancel_each, can_cancel_each_task_by_itself) {
  int others_cut_short = 0;
  int runs_cut_short = 0;
  std::set<std::string> ended;
  auto program = [&]() -> task<> {
    ended.clear();
    co_await with_group([&](task_group& group) -> task<> {
      for (const char* name : {"left", "right"}) {
        group.spawn(
            [&](std::string who) -> task<> {
              co_await sleep_for(1s);
              co_await sleep_for(1s);
              ended.insert(who);
            },
            std::string(name));
      }
      co_return;
    });
  };
  auto check = [&](const cancelled_run& run) {
    EXPECT_EQ(run.error, nullptr);
    if (run.was_cancelled) return;  // it was the main task
    if (ended.size() < 2) ++runs_cut_short;
    if (ended.empty()) ++others_cut_short;
  };
  cancel_each_await(program, check, {.target = cancel_target::suspended_task});
  EXPECT_GT(runs_cut_short, 2);
  EXPECT_EQ(others_cut_short, 0);
}

TEST(cancel_each, hands_the_deadlock_of_the_others_to_the_check) {
  bool deadlocked = false;
  auto program = []() -> task<> {
    queue<int> items;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        co_await items.push(1);
      });
      co_await items.pop();
    });
  };
  auto check = [&](const cancelled_run& run) {
    if (!run.error) return;
    deadlocked = true;
    EXPECT_THROW(std::rethrow_exception(run.error), deadlock_error);
  };
  cancel_each_await(program, check, {.target = cancel_target::suspended_task});
  EXPECT_TRUE(deadlocked);
}

TEST(cancel_each, a_frame_that_is_left_behind_fails) {
  std::vector<task<>> kept;  // so that the test itself leaks nothing
  auto program = [&]() -> task<> {
    auto sleep = []() -> task<> { co_await sleep_for(1s); };
    kept.push_back(sleep());
    co_await sleep_for(1s);
    kept.pop_back();  // not after a cancel
  };
  bool noticed = false;
  try {
    cancel_each_await(program);
  } catch (const std::runtime_error& error) {
    noticed = std::string(error.what()).find("left behind: 1 coroutine frame") != std::string::npos;
  }
  EXPECT_EQ(noticed, !pirn::detail::sanitized);  // there the sanitizer itself counts
}

TEST(cancel_each, a_descriptor_that_is_left_behind_fails) {
  std::vector<unique_fd> kept;  // so that the test itself leaks nothing
  auto program = [&]() -> task<> {
    kept.emplace_back(::dup(STDIN_FILENO));
    co_await sleep_for(1s);
    kept.pop_back();  // not after a cancel
  };
  try {
    cancel_each_await(program);
    ADD_FAILURE() << "it was not noticed";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("left behind: 1 descriptor\ncancelled at point 1"), std::string::npos)
        << text;
  }
}

class cancel_each_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, cancel_each_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(cancel_each_test, comes_to_the_same_points_on_every_driver) {
  int cancelled = 0;
  auto program = []() -> task<> {
    co_await sleep_for(1us);
    co_await sleep_for(1us);
  };
  auto check = [&](const cancelled_run& run) { cancelled += run.was_cancelled ? 1 : 0; };
  EXPECT_EQ(cancel_each_await(program, check, {.driver = GetParam()}), 5U);
  EXPECT_EQ(cancelled, 3);
}

TEST(cancel_each_death, a_program_that_does_not_end_is_stopped) {
  auto program = []() -> task<> {
    event ready;
    ready.set();
    bool again = true;
    while (again) {
      again = false;
      try {
        co_await ready.wait();
      } catch (const cancelled&) {
        again = true;  // it eats every cancel
      }
      auto yield = []() -> task<> { co_await yield_now(); };
      co_await shield(yield());
    }
  };
  EXPECT_DEATH(cancel_each_await(program), "a program ends when it is cancelled");
}

}  // namespace
