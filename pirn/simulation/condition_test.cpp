// condition: any and all of several occurrences, by SimPy's rules.
#include "pirn/simulation/condition.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/simulation/simulated_test.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::run_virtual;

duration time_now() {
  return now().time_since_epoch();
}

task<> succeed_after(duration delay, des::event<int>& event, int value) {
  co_await sleep_for(delay);
  event.succeed(value);
}
task<> fail_after(duration delay, des::event<int>& event) {
  co_await sleep_for(delay);
  event.fail(std::runtime_error("broken"));
}

class des_condition : public des::simulated {};

TEST_F(des_condition, any_of_ends_with_the_first_and_says_which) {
  des::event<int> slow;
  des::event<int> fast;
  simulate([&](task_group& group) -> task<> {
    group.spawn(succeed_after, 2s, std::ref(slow), 2);
    group.spawn(succeed_after, 1s, std::ref(fast), 1);
    auto which = co_await des::any_of(slow, fast);
    EXPECT_EQ(time_now(), 1s);
    EXPECT_FALSE(which.happened<0>());
    EXPECT_TRUE(which.happened<1>());
    EXPECT_EQ(which.get<1>(), 1);
    const int& later = co_await slow;  // nothing was taken from it
    EXPECT_EQ(later, 2);
  });
}

TEST_F(des_condition, all_of_ends_with_the_last_and_has_all_values) {
  des::event<int> slow;
  des::event<int> fast;
  simulate([&](task_group& group) -> task<> {
    group.spawn(succeed_after, 2s, std::ref(slow), 2);
    group.spawn(succeed_after, 1s, std::ref(fast), 1);
    auto both = co_await des::all_of(slow, fast);
    EXPECT_EQ(time_now(), 2s);
    EXPECT_EQ(both.get<0>(), 2);
    EXPECT_EQ(both.get<1>(), 1);
    EXPECT_EQ(&both.get<0>(), &slow.result());
  });
}

TEST_F(des_condition, of_no_members_is_done_at_once) {
  run_virtual([]() -> task<> {
    co_await des::all_of();
    co_await des::any_of();
    EXPECT_EQ(time_now(), 0s);
  });
}

TEST_F(des_condition, members_that_have_happened_already_count) {
  run_virtual([]() -> task<> {
    des::event<int> before;
    des::event<int> early;
    des::event<int> later;
    before.succeed(1);
    early.succeed(2);
    auto any = co_await des::any_of(later, before, early);
    EXPECT_FALSE(any.happened<0>());
    EXPECT_TRUE(any.happened<1>());
    EXPECT_TRUE(any.happened<2>());
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(succeed_after, 1s, std::ref(later), 3);
      auto all = co_await des::all_of(before, later, early);
      EXPECT_EQ(time_now(), 1s);
      EXPECT_EQ(all.get<0>() + all.get<1>() + all.get<2>(), 6);
    });
  });
}

TEST_F(des_condition, what_happens_in_the_same_moment_is_told_too) {
  des::event<int> first;
  des::event<int> second;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&]() -> task<> {
      co_await sleep_for(1s);
      first.succeed(1);
      second.succeed(2);
    });
    auto which = co_await des::any_of(first, second);
    EXPECT_TRUE(which.happened<0>());
    EXPECT_EQ(which.get<1>(), 2);
  });
}

TEST_F(des_condition, all_sleeps_that_end_at_the_moment_are_told) {
  simulate([](task_group&) -> task<> {
    auto both = co_await des::any_of(sleep_for(1s), sleep_for(1s), sleep_for(2s));
    EXPECT_TRUE(both.happened<0>());
    EXPECT_TRUE(both.happened<1>());
    EXPECT_FALSE(both.happened<2>());
  });
}

TEST_F(des_condition, a_sleep_is_a_time_limit) {
  run_virtual([]() -> task<> {
    des::event<int> done;
    auto late = co_await des::any_of(done, sleep_for(5min));
    EXPECT_EQ(time_now(), 5min);
    EXPECT_FALSE(late.happened<0>());
    EXPECT_TRUE(late.happened<1>());
    done.succeed(1);
    auto there = co_await des::any_of(done, sleep_for(5min));
    EXPECT_EQ(time_now(), 5min);
    EXPECT_TRUE(there.happened<0>());
    EXPECT_FALSE(there.happened<1>());
    co_await des::all_of(sleep_for(1min), done, sleep_for(2min));
    EXPECT_EQ(time_now(), 7min);
  });
}

TEST_F(des_condition, processes_are_members_with_their_results) {
  auto work = [](duration length, std::string result) -> task<std::string> {
    co_await sleep_for(length);
    co_return result;
  };
  simulate([&](task_group& group) -> task<> {
    auto one = group.spawn(work, 1s, "one");
    auto two = group.spawn(work, 2s, "two");
    auto silent = group.spawn([]() -> task<> { co_await sleep_for(3s); });
    auto any = co_await des::any_of(two, one);
    EXPECT_EQ(any.get<1>(), "one");
    EXPECT_FALSE(any.happened<0>());
    auto all = co_await des::all_of(one, two, silent);
    EXPECT_EQ(time_now(), 3s);
    EXPECT_EQ(all.get<0>() + all.get<1>(), "onetwo");
    EXPECT_TRUE(all.happened<2>());
  });
}

TEST_F(des_condition, fails_with_the_first_member_that_fails) {
  des::event<int> good;
  des::event<int> bad;
  simulate([&](task_group& group) -> task<> {
    group.spawn(fail_after, 1s, std::ref(bad));
    group.spawn(succeed_after, 2s, std::ref(good), 1);
    EXPECT_THROW(co_await des::all_of(good, bad), std::runtime_error);
    EXPECT_EQ(time_now(), 1s);
    EXPECT_THROW(co_await des::any_of(good, bad), std::runtime_error);
    EXPECT_THROW(co_await des::all_of(des::any_of(good, bad), good), std::runtime_error);
    EXPECT_EQ(time_now(), 1s);
  });
}

TEST_F(des_condition, fails_with_a_process_that_was_cancelled) {
  simulate([&](task_group& group) -> task<> {
    auto worker = group.spawn([]() -> task<> { co_await sleep_for(1h); });
    auto stop = group.spawn([&]() -> task<> {
      co_await sleep_for(1s);
      worker.cancel();
    });
    EXPECT_THROW(co_await des::all_of(worker, sleep_for(1min)), future_cancelled);
    EXPECT_EQ(time_now(), 1s);
    co_await stop;
  });
}

TEST_F(des_condition, that_happened_is_not_failed_by_what_fails_after_it) {
  des::event<int> good;
  des::event<int> bad;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&]() -> task<> {
      co_await sleep_for(1s);
      good.succeed(1);
      bad.fail(std::runtime_error("too late"));
    });
    auto which = co_await des::any_of(good, bad);
    EXPECT_TRUE(which.happened<0>());
    EXPECT_FALSE(which.happened<1>());
  });
}

TEST_F(des_condition, conditions_stand_in_conditions) {
  des::event<int> a;
  des::event<int> b;
  des::event<int> c;
  simulate([&](task_group& group) -> task<> {
    group.spawn(succeed_after, 1s, std::ref(a), 1);
    group.spawn(succeed_after, 2s, std::ref(b), 2);
    group.spawn(succeed_after, 3s, std::ref(c), 3);
    auto late = co_await des::any_of(des::all_of(a, c), sleep_for(2500ms));
    EXPECT_EQ(time_now(), 2500ms);
    EXPECT_FALSE(late.happened<0>());
    EXPECT_TRUE(late.get<0>().happened<0>());  // a part of it has happened
    EXPECT_FALSE(late.get<0>().happened<1>());
    auto there = co_await des::all_of(des::any_of(a, b), des::all_of(b, c));
    EXPECT_EQ(time_now(), 3s);
    EXPECT_EQ(there.get<0>().get<0>() + there.get<1>().get<1>(), 4);
  });
}

TEST_F(des_condition, is_written_with_operators_between_events) {
  des::event<int> a;
  des::event<int> b;
  des::event<> c;
  simulate([&](task_group& group) -> task<> {
    group.spawn(succeed_after, 1s, std::ref(a), 1);
    group.spawn(succeed_after, 2s, std::ref(b), 2);
    auto any = co_await (a | b);
    EXPECT_EQ(any.get<0>(), 1);
    auto both = co_await (a & b);
    EXPECT_EQ(both.get<1>(), 2);
    auto limited = co_await ((a & c) | sleep_for(1s));
    EXPECT_EQ(time_now(), 3s);
    EXPECT_TRUE(limited.happened<1>());
  });
}

TEST_F(des_condition, may_be_named_and_awaited_again) {
  run_virtual([]() -> task<> {
    des::event<int> a;
    des::event<int> b;
    auto either = des::any_of(a, b);
    a.succeed(1);
    auto first = co_await either;
    EXPECT_FALSE(first.happened<1>());
    b.succeed(2);
    auto second = co_await either;
    EXPECT_TRUE(second.happened<0>());
    EXPECT_TRUE(second.happened<1>());
  });
}

TEST_F(des_condition, waits_of_events_and_children_are_members_too) {
  des::event<int> a;
  simulate([&](task_group& group) -> task<> {
    auto worker = group.spawn(succeed_after, 1s, std::ref(a), 1);
    auto both = co_await des::all_of(a.wait(), worker.wait());
    EXPECT_EQ(both.get<0>(), 1);
    EXPECT_TRUE(both.happened<1>());
  });
}

TEST_F(des_condition, races_as_a_task) {
  run_virtual([]() -> task<> {
    des::event<int> a;
    des::event<int> b;
    auto which = co_await race(des::all_of(a, b), sleep_for(1s));
    EXPECT_EQ(which.index(), 1u);
  });
}

TEST_F(des_condition, an_interrupt_ends_it_and_leaves_the_members_alone) {
  run_virtual([]() -> task<> {
    des::event<int> a;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        EXPECT_THROW(co_await des::any_of(a, sleep_for(1h)), std::logic_error);
        EXPECT_EQ(time_now(), 1s);
        const int& value = co_await a;
        EXPECT_EQ(value, 5);
      });
      co_await sleep_for(1s);
      waiter.interrupt(std::logic_error("look"));
      co_await sleep_for(1s);
      a.succeed(5);
    });
    EXPECT_EQ(time_now(), 2s);  // the sleep was withdrawn
  });
}

TEST_F(des_condition, a_task_that_waits_for_it_says_so) {
  des::event<int> a;
  simulate([&](task_group& group) -> task<> {
    auto waiter =
        group.spawn([&]() -> task<> { co_await des::any_of(des::all_of(a, a), sleep_for(1h)); });
    co_await yield_now();
    const std::string tasks = loop::current().dump_tasks();
    EXPECT_NE(tasks.find("any of: all of: event, event, sleep"), std::string::npos) << tasks;
    waiter.cancel();
  });
}

TEST_F(des_condition, cancelled_anywhere_leaves_nothing_behind) {
  auto program = []() -> task<> {
    des::event<int> a;
    des::event<int> b;
    co_await with_group([&](task_group& group) -> task<> {
      auto worker = group.spawn([]() -> task<> { co_await sleep_for(3s); });
      auto both =
          group.spawn([&]() -> task<> { co_await des::all_of(a, des::any_of(b, sleep_for(10s))); });
      group.spawn([&]() -> task<> { co_await (a | b); });
      co_await sleep_for(1s);
      a.succeed(1);
      co_await sleep_for(1s);
      b.succeed(2);
      co_await des::any_of(worker, both, sleep_for(1h));
    });
  };
  auto check = [](const cancelled_run& run) {
    if (!run.error) return;  // who waits for a cancelled process is told so
    EXPECT_THROW(std::rethrow_exception(run.error), exception_group) << run.describe();
  };
  EXPECT_GT(cancel_each_await(program, check), 8u);
  EXPECT_GT(cancel_each_await(program, check, {.target = cancel_target::suspended_task}), 8u);
}

}  // namespace
