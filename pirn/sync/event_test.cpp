// event: a flag that tasks can wait for.
#include "pirn/sync/event.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

TEST(event, starts_unset_and_can_be_cleared) {
  event flag;
  EXPECT_FALSE(flag.is_set());
  flag.set();
  EXPECT_TRUE(flag.is_set());
  flag.clear();
  EXPECT_FALSE(flag.is_set());
}

TEST(event, waiting_for_one_that_is_set_does_not_suspend) {
  run_virtual([]() -> task<> {
    event flag;
    flag.set();
    bool others_ran = false;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        others_ran = true;
        co_return;
      });
      co_await flag.wait();
      EXPECT_FALSE(others_ran);
    });
  });
}

TEST(event, wakes_its_waiters_in_the_order_they_came) {
  run_virtual([]() -> task<> {
    event flag;
    std::vector<int> woken;
    auto waiter = [&](int number) -> task<> {
      co_await flag.wait();
      woken.push_back(number);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(waiter, 1);
      group.spawn(waiter, 2);
      co_await yield_now();
      EXPECT_TRUE(woken.empty());
      group.spawn(waiter, 3);  // finds it set, before the two that are woken have run
      flag.set();
      EXPECT_TRUE(woken.empty());
      co_await yield_now();
      EXPECT_EQ(woken, (std::vector{3, 1, 2}));
    });
  });
}

TEST(event, a_waiter_that_was_there_wakes_even_if_clear_follows) {
  run_virtual([]() -> task<> {
    event flag;
    int woken = 0;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await flag.wait();
        ++woken;
      });
      co_await yield_now();
      flag.set();
      flag.clear();
      EXPECT_FALSE(flag.is_set());
      flag.set();
      flag.set();
      co_await yield_now();
      EXPECT_EQ(woken, 1);
    });
  });
}

TEST(event, clear_makes_later_waiters_wait) {
  run_virtual([]() -> task<> {
    event flag;
    flag.set();
    flag.clear();
    bool passed = co_await move_on_after(1s, flag.wait());
    EXPECT_FALSE(passed);
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(event, a_cancelled_waiter_leaves_the_list) {
  run_virtual([]() -> task<> {
    event flag;
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.spawn([&]() -> task<> { co_await flag.wait(); });
      auto second = group.spawn([&]() -> task<> { co_await flag.wait(); });
      co_await yield_now();
      first.cancel();
      co_await yield_now();
      EXPECT_TRUE(first.was_cancelled());
      EXPECT_FALSE(second.has_ended());
      flag.set();
      co_await second;
    });
  });
}

TEST(event, a_waiter_cancelled_after_set_returns_and_its_next_wait_throws) {
  run_virtual([]() -> task<> {
    event flag;
    bool returned = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        co_await flag.wait();
        returned = true;
        co_await flag.wait();
        ADD_FAILURE() << "a wait in a cancelled task";
      });
      co_await yield_now();
      flag.set();
      waiter.cancel();
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
    });
    EXPECT_TRUE(returned);
  });
}

TEST(event, waiting_in_a_cancelled_scope_throws_even_if_it_is_set) {
  run_virtual([]() -> task<> {
    event flag;
    flag.set();
    cancel_scope scope;
    scope.cancel();
    bool passed = co_await within(scope, [](event& set) -> task<> { co_await set.wait(); }(flag));
    EXPECT_FALSE(passed);
  });
}

TEST(event, an_interrupt_ends_one_wait_and_the_next_goes_on) {
  run_virtual([]() -> task<> {
    event flag;
    std::string caught;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        try {
          co_await flag.wait();
        } catch (const std::runtime_error& error) {
          caught = error.what();
        }
        co_await flag.wait();
      });
      co_await yield_now();
      waiter.interrupt(std::runtime_error("look"));
      co_await yield_now();
      EXPECT_EQ(caught, "look");
      EXPECT_FALSE(waiter.has_ended());
      flag.set();
      co_await waiter;
    });
  });
}

TEST(event, can_be_one_of_several_that_a_select_waits_for) {
  run_virtual([]() -> task<> {
    event one;
    event other;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        other.set();
      });
      auto which = co_await select(one.wait(), other.wait());
      EXPECT_EQ(which.index(), 1u);
    });
  });
}

TEST(event, a_waiter_destroyed_before_its_turn_is_not_resumed) {
  run_virtual([]() -> task<> {
    event flag;
    {
      event_wait never_awaited = flag.wait();
      static_cast<void>(never_awaited);
    }
    flag.set();
    co_await flag.wait();
  });
}

TEST(event, a_task_that_waits_for_it_says_so) {
  run_virtual([]() -> task<> {
    event flag;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> { co_await flag.wait(); });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for event"), std::string::npos);
      flag.set();
      co_await waiter;
    });
  });
}

TEST(event, waiting_for_what_nobody_sets_is_a_deadlock) {
  auto wait_for_ever = []() -> task<> {
    event flag;
    co_await flag.wait();
  };
  EXPECT_THROW(run_virtual(wait_for_ever), deadlock_error);
}

TEST(event_death, destroying_one_that_a_task_waits_for_is_an_error) {
  auto destroy_early = []() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      event flag;
      group.spawn([&]() -> task<> { co_await flag.wait(); });
      co_await yield_now();
    });
  };
  EXPECT_DEATH(run_virtual(destroy_early), "must outlive the tasks that wait");
}

}  // namespace
