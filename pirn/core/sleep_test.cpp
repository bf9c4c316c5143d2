// sleep: time, order within a moment, yielding, checking.
#include "pirn/core/sleep.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

TEST(sleep, lets_time_pass) {
  run_virtual([]() -> task<> {
    co_await sleep_for(50ms);
    EXPECT_EQ(now(), time_point(50ms));
    co_await sleep_for(50ms);
    EXPECT_EQ(now(), time_point(100ms));
    co_await sleep_until(time_point(1s));
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(sleep, until_a_moment_that_has_passed_lets_others_run_first) {
  run_virtual([]() -> task<> {
    co_await sleep_for(1s);
    co_await with_group([](task_group& group) -> task<> {
      bool other_ran = false;
      group.spawn([&] { other_ran = true; });
      co_await sleep_until(time_point());
      EXPECT_TRUE(other_ran);
      EXPECT_EQ(now(), time_point(1s));
      co_await sleep_for(-5s);
      EXPECT_EQ(now(), time_point(1s));
    });
  });
}

// The order in which sleeps end that begin in the order of `sleeps`.
std::vector<int> order_of(std::vector<std::pair<duration, std::int16_t>> sleeps) {
  std::vector<int> order;
  run_virtual([&]() -> task<> {
    auto sleeper = [&](int number) -> task<> {
      auto [length, priority] = sleeps[static_cast<std::size_t>(number)];
      co_await sleep_for(length, priority);
      order.push_back(number);
    };
    co_await with_group([&](task_group& group) {
      for (int i = 0; i < static_cast<int>(sleeps.size()); ++i) group.spawn(sleeper, i);
    });
  });
  return order;
}

TEST(sleep, those_of_one_moment_end_in_the_order_they_began) {
  EXPECT_EQ(order_of({{2s, 0}, {1s, 0}, {1s, 0}, {2s, 0}}), (std::vector{1, 2, 0, 3}));
}

TEST(sleep, the_lower_priority_goes_first_within_a_moment) {
  EXPECT_EQ(order_of({{1s, 5}, {1s, 0}, {1s, -5}, {1s, 0}, {2s, -9}}),
            (std::vector{2, 1, 3, 0, 4}));
}

TEST(sleep, a_cancelled_one_wakes_at_once_and_leaves_no_timer) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto sleeper = group.spawn([]() -> task<> { co_await sleep_for(10s); });
      co_await yield_now();
      EXPECT_EQ(loop::current().timers().size(), 1u);
      sleeper.cancel();
      EXPECT_TRUE(loop::current().timers().empty());
      co_await yield_now();
      EXPECT_TRUE(sleeper.was_cancelled());
    });
    EXPECT_EQ(now(), time_point());
  });
}

TEST(sleep, for_ever_ends_by_cancellation_alone) {
  run_virtual([]() -> task<> {
    bool finished = co_await move_on_after(1s, sleep_until(never));
    EXPECT_FALSE(finished);
    finished = co_await move_on_after(1s, sleep_for(duration::max()));
    EXPECT_FALSE(finished);
  });
  EXPECT_THROW(run_virtual([]() -> task<> { co_await sleep_until(never); }), deadlock_error);
}

TEST(sleep, very_long_ones_do_not_overflow) {
  run_virtual([]() -> task<> {
    co_await sleep_for(1s);
    bool finished = co_await move_on_after(1s, sleep_for(duration::max() - 1ns));
    EXPECT_FALSE(finished);
    co_await sleep_for(100 * 365 * 24h);
    EXPECT_EQ(now(), time_point(2s + 100 * 365 * 24h));
  });
}

TEST(yield, lets_every_ready_task_run_once) {
  run_virtual([]() -> task<> {
    std::string trace;
    auto writer = [&](char letter) -> task<> {
      for (int i = 0; i < 3; ++i) {
        trace += letter;
        co_await yield_now();
      }
    };
    co_await with_group([&](task_group& group) {
      group.spawn(writer, 'a');
      group.spawn(writer, 'b');
      group.spawn(writer, 'c');
    });
    EXPECT_EQ(trace, "abcabcabc");
    EXPECT_EQ(now(), time_point());
  });
}

TEST(yield, throws_when_the_task_is_cancelled) {
  run_virtual([]() -> task<> {
    int rounds = 0;
    co_await with_group([&](task_group& group) -> task<> {
      auto spinning = group.spawn([&]() -> task<> {
        while (true) {
          ++rounds;
          co_await yield_now();
        }
      });
      for (int i = 0; i < 3; ++i) co_await yield_now();
      spinning.cancel();
    });
    EXPECT_EQ(rounds, 4);  // its third yield had ended when the cancel came
  });
}

TEST(check_cancelled, does_nothing_in_a_task_that_may_go_on) {
  run_virtual([]() -> task<> {
    bool other_ran = false;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&] { other_ran = true; });
      co_await check_cancelled();
      EXPECT_FALSE(other_ran);
    });
  });
}

TEST(check_cancelled, throws_in_one_that_may_not) {
  run_virtual([]() -> task<> {
    bool finished = co_await move_on_after(0s, check_cancelled());
    EXPECT_FALSE(finished);
  });
}

TEST(check_cancelled, a_long_computation_lets_others_run_in_between) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      bool other_ran = false;
      group.spawn([&] { other_ran = true; });
      int steps = 0;
      while (!other_ran) {
        co_await check_cancelled();
        ++steps;
      }
      EXPECT_EQ(steps, 128);
    });
  });
}

}  // namespace
