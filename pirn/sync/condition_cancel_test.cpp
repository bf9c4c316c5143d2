// condition: what a cancel and an interrupt leave behind.
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/condition.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

struct room {
  mutex door;
  condition changed{door};
  std::vector<int> order;

  task<> wait_once(int number) {
    auto guard = co_await door.scoped_lock();
    co_await changed.wait();
    order.push_back(number);
  }
};

TEST(condition_cancel, a_cancelled_waiter_holds_the_mutex_when_it_throws) {
  run_virtual([]() -> task<> {
    room r;
    bool held = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        auto guard = co_await r.door.scoped_lock();
        try {
          co_await r.changed.wait();
        } catch (const cancelled&) {
          held = r.door.locked();
          throw;
        }
      });
      co_await yield_now();
      waiter.cancel();
      EXPECT_EQ(r.door.holder(), &waiter.record());
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
    });
    EXPECT_TRUE(held);
    EXPECT_FALSE(r.door.locked());
  });
}

TEST(condition_cancel, a_cancelled_waiter_queues_for_a_mutex_that_is_locked) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.start(r.wait_once(1));
      co_await yield_now();
      co_await r.door.lock();
      waiter.cancel();
      waiter.cancel();
      co_await yield_now();
      EXPECT_FALSE(waiter.has_ended());
      EXPECT_NE(loop::current().dump_tasks().find("lock of mutex, to leave condition"),
                std::string::npos);
      r.changed.notify_all();  // it does not listen any more
      r.door.unlock();
      EXPECT_EQ(r.door.holder(), &waiter.record());
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
      EXPECT_FALSE(r.door.locked());
    });
    EXPECT_TRUE(r.order.empty());
  });
}

TEST(condition_cancel, a_waiter_cancelled_after_its_notification_returns_and_its_next_wait_throws) {
  run_virtual([]() -> task<> {
    room r;
    bool returned = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        auto guard = co_await r.door.scoped_lock();
        co_await r.changed.wait();
        returned = true;
        co_await yield_now();
        ADD_FAILURE() << "a wait in a cancelled task";
      });
      co_await yield_now();
      co_await r.door.lock();
      r.changed.notify();
      waiter.cancel();
      co_await yield_now();
      EXPECT_FALSE(waiter.has_ended());
      EXPECT_NE(loop::current().dump_tasks().find("lock of mutex, notified by condition"),
                std::string::npos);
      r.door.unlock();
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
    });
    EXPECT_TRUE(returned);
    EXPECT_FALSE(r.door.locked());
  });
}

TEST(condition_cancel, a_notification_after_the_cancel_goes_to_the_next_waiter) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.start(r.wait_once(1));
      group.start(r.wait_once(2));
      co_await yield_now();
      auto guard = co_await r.door.scoped_lock();
      first.cancel();
      r.changed.notify();
    });
    EXPECT_EQ(r.order, (std::vector{2}));
  });
}

TEST(condition_cancel, waiting_in_a_cancelled_scope_throws_with_the_mutex_still_locked) {
  run_virtual([]() -> task<> {
    room r;
    auto guard = co_await r.door.scoped_lock();
    cancel_scope scope;
    scope.cancel();
    auto wait = [](condition& changed) -> task<> { co_await changed.wait(); };
    bool passed = co_await within(scope, wait(r.changed));
    EXPECT_FALSE(passed);
    EXPECT_TRUE(r.door.locked());
    cancel_scope other;
    other.cancel();
    auto wait_for = [](condition& changed) -> task<> {
      auto at_once = [] { return true; };
      co_await changed.wait_for(at_once);
    };
    passed = co_await within(other, wait_for(r.changed));
    EXPECT_FALSE(passed);
  });
}

TEST(condition_cancel, a_time_out_in_the_block_leaves_the_mutex_locked) {
  run_virtual([]() -> task<> {
    room r;
    {
      auto guard = co_await r.door.scoped_lock();
      bool late = false;
      try {
        co_await timeout(500ms, r.changed.wait());
      } catch (const timeout_error&) {
        late = true;
      }
      EXPECT_TRUE(late);
      EXPECT_TRUE(r.door.locked());
    }
    EXPECT_FALSE(r.door.locked());
  });
}

TEST(condition_cancel, an_interrupted_waiter_throws_the_interrupt_once_it_holds_the_mutex) {
  for (bool contested : {false, true}) {
    SCOPED_TRACE(contested);
    run_virtual([contested]() -> task<> {
      room r;
      bool caught = false;
      co_await with_group([&](task_group& group) -> task<> {
        auto waiter = group.spawn([&]() -> task<> {
          auto guard = co_await r.door.scoped_lock();
          try {
            co_await r.changed.wait();
          } catch (const std::runtime_error&) {
            caught = true;
          }
          EXPECT_TRUE(r.door.locked());
          co_await yield_now();  // the interrupt was for one wait
        });
        co_await yield_now();
        if (contested) co_await r.door.lock();
        waiter.interrupt(std::runtime_error("look"));
        co_await yield_now();
        EXPECT_EQ(caught, !contested);
        if (contested) r.door.unlock();
        co_await waiter;
      });
      EXPECT_TRUE(caught);
    });
  }
}

}  // namespace
