// queue: cancelled and interrupted pushes and pops, and queues in a select.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/queue.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

task<int> pop_one(queue<int>& q) {
  int item = co_await q.pop();
  co_return item;
}
task<> push_one(queue<int>& q, int item) {
  co_await q.push(item);
}

TEST(queue_cancel, a_cancelled_pop_takes_nothing) {
  run_virtual([]() -> task<> {
    queue<int> q;
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.start(pop_one(q));
      auto second = group.start(pop_one(q));
      co_await yield_now();
      first.cancel();
      co_await yield_now();
      EXPECT_TRUE(first.was_cancelled());
      co_await q.push(1);
      int item = co_await second;
      EXPECT_EQ(item, 1);
    });
  });
}

TEST(queue_cancel, a_pop_that_timed_out_leaves_nothing_behind) {
  run_virtual([]() -> task<> {
    queue<int> q(5);
    bool late = false;
    try {
      co_await timeout(100ms, q.pop());
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    co_await q.push(1);
    EXPECT_EQ(q.size(), 1u);  // nobody is there to take it
  });
}

TEST(queue_cancel, an_item_handed_over_before_the_cancel_is_returned) {
  run_virtual([]() -> task<> {
    queue<int> q;
    std::optional<int> got;
    co_await with_group([&](task_group& group) -> task<> {
      auto popper = group.spawn([&]() -> task<> {
        got = co_await q.pop();
        co_await q.pop();
        ADD_FAILURE() << "a wait in a cancelled task";
      });
      co_await yield_now();
      co_await q.push(1);
      co_await q.push(2);
      popper.cancel();
      co_await yield_now();
      EXPECT_TRUE(popper.was_cancelled());
    });
    EXPECT_EQ(got, 1);
    EXPECT_EQ(q.try_pop(), 2);  // the next one was not dropped
  });
}

TEST(queue_cancel, items_go_past_the_poppers_that_were_cancelled) {
  run_virtual([]() -> task<> {
    queue<int> q;
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.start(pop_one(q));
      auto second = group.start(pop_one(q));
      auto third = group.start(pop_one(q));
      co_await yield_now();
      first.cancel();
      co_await q.push(1);
      co_await q.push(2);
      int item = co_await second;
      EXPECT_EQ(item, 1);
      item = co_await third;
      EXPECT_EQ(item, 2);
      EXPECT_TRUE(first.was_cancelled());
    });
  });
}

TEST(queue_cancel, a_cancelled_push_puts_nothing_in) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.start(push_one(q, 1));
      auto second = group.start(push_one(q, 2));
      auto third = group.start(push_one(q, 3));
      co_await yield_now();
      EXPECT_TRUE(first.has_ended());
      EXPECT_FALSE(second.has_ended());
      third.cancel();
      co_await yield_now();
      EXPECT_TRUE(third.was_cancelled());
      EXPECT_EQ(q.try_pop(), 1);
      EXPECT_EQ(q.try_pop(), 2);
      EXPECT_EQ(q.try_pop(), std::nullopt);
      co_await second;
    });
  });
}

TEST(queue_cancel, the_value_of_a_cancelled_push_is_destroyed) {
  run_virtual([]() -> task<> {
    auto tracked = std::make_shared<int>(1);
    queue<std::shared_ptr<int>> q(1);
    co_await q.push(nullptr);
    bool pushed = co_await move_on_after(1s, q.push(tracked));
    EXPECT_FALSE(pushed);
    EXPECT_EQ(tracked.use_count(), 1);
    EXPECT_EQ(q.size(), 1u);
  });
}

TEST(queue_cancel, a_push_cancelled_after_it_got_its_place_is_done) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    bool returned = false;
    co_await with_group([&](task_group& group) -> task<> {
      co_await q.push(1);
      auto pusher = group.spawn([&]() -> task<> {
        co_await q.push(2);
        returned = true;
        co_await q.push(3);
        ADD_FAILURE() << "a wait in a cancelled task";
      });
      co_await yield_now();
      EXPECT_EQ(q.try_pop(), 1);
      pusher.cancel();
      co_await yield_now();
      EXPECT_TRUE(pusher.was_cancelled());
    });
    EXPECT_TRUE(returned);
    EXPECT_EQ(q.try_pop(), 2);
    EXPECT_EQ(q.try_pop(), std::nullopt);
  });
}

TEST(queue_cancel, in_a_cancelled_scope_ready_operations_throw_and_do_nothing) {
  run_virtual([]() -> task<> {
    queue<int> q;
    co_await q.push(1);
    for (bool push : {false, true}) {
      cancel_scope scope;
      scope.cancel();
      bool done = true;
      if (push) {
        done = co_await within(scope, push_one(q, 2));
      } else {
        std::optional<int> item = co_await within(scope, pop_one(q));
        done = item.has_value();
      }
      EXPECT_FALSE(done);
      EXPECT_EQ(q.size(), 1u);
    }
  });
}

TEST(queue_cancel, interrupts_end_one_wait_and_lose_nothing) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto popper = group.spawn([&]() -> task<> {
        EXPECT_THROW(co_await q.pop(), std::runtime_error);
        int item = co_await q.pop();
        EXPECT_EQ(item, 1);
      });
      co_await yield_now();
      popper.interrupt(std::runtime_error("look"));
      co_await yield_now();
      co_await q.push(1);
      co_await popper;
      co_await q.push(2);
      auto pusher = group.spawn([&]() -> task<> {
        EXPECT_THROW(co_await q.push(3), std::runtime_error);
        co_await q.push(4);
      });
      co_await yield_now();
      pusher.interrupt(std::runtime_error("look"));
      co_await yield_now();
      EXPECT_EQ(q.try_pop(), 2);
      EXPECT_EQ(q.try_pop(), 4);
      co_await pusher;
    });
  });
}

TEST(queue_select, takes_an_item_from_exactly_one_queue) {
  run_virtual([]() -> task<> {
    queue<int> left;
    queue<int> right;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        co_await right.push(1);
        co_await left.push(2);
        co_await right.push(3);
      });
      auto which = co_await select(left.pop(), right.pop());
      EXPECT_EQ(which.index(), 1u);
      EXPECT_EQ(std::get<1>(which), 1);
      EXPECT_EQ(left.size(), 1u);
      EXPECT_EQ(right.size(), 1u);
    });
  });
}

TEST(queue_select, prefers_the_first_of_those_that_are_ready) {
  run_virtual([]() -> task<> {
    queue<int> q;
    event stop;
    stop.set();
    co_await q.push(1);
    auto which = co_await select(q.pop(), stop.wait());
    EXPECT_EQ(which.index(), 0u);
    which = co_await select(q.pop(), stop.wait());
    EXPECT_EQ(which.index(), 1u);
  });
}

TEST(queue_select, a_push_that_loses_puts_nothing_in) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    event stop;
    co_await q.push(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        stop.set();
      });
      auto which = co_await select(q.push(2), stop.wait());
      EXPECT_EQ(which.index(), 1u);
      EXPECT_EQ(q.try_pop(), 1);
      EXPECT_EQ(q.try_pop(), std::nullopt);
      auto now_there_is_a_place = co_await select(q.push(3), stop.wait());
      EXPECT_EQ(now_there_is_a_place.index(), 0u);
      EXPECT_EQ(q.try_pop(), 3);
    });
  });
}

TEST(queue_select, never_pops_what_it_pushes_itself) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    auto popped_or_pushed = co_await select(q.pop(), q.push(1));
    EXPECT_EQ(popped_or_pushed.index(), 1u);
    EXPECT_EQ(q.size(), 1u);
    auto pushed_or_popped = co_await select(q.push(2), q.pop());
    EXPECT_EQ(pushed_or_popped.index(), 1u);
    EXPECT_EQ(std::get<1>(pushed_or_popped), 1);
    EXPECT_TRUE(q.empty());
    EXPECT_EQ(q.unfinished(), 1u);
  });
}

TEST(queue_select, that_pushes_and_pops_serves_others_that_wait) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto popper = group.start(pop_one(q));
      co_await yield_now();
      auto which = co_await select(q.pop(), q.push(1));
      EXPECT_EQ(which.index(), 1u);
      int item = co_await popper;
      EXPECT_EQ(item, 1);
      co_await q.push(2);
      auto pusher = group.start(push_one(q, 3));
      co_await yield_now();
      auto other = co_await select(q.push(4), q.pop());
      EXPECT_EQ(std::get<1>(other), 2);
      co_await pusher;
      EXPECT_EQ(q.try_pop(), 3);
      EXPECT_TRUE(q.empty());
    });
  });
}

TEST(queue_select, a_cancelled_select_leaves_every_queue) {
  run_virtual([]() -> task<> {
    queue<int> left;
    queue<int> right;
    co_await with_group([&](task_group& group) -> task<> {
      auto selecting = group.spawn([&]() -> task<> {
        co_await select(left.pop(), right.pop());
        ADD_FAILURE() << "it was cancelled";
      });
      co_await yield_now();
      selecting.cancel();
      co_await left.push(1);
      co_await right.push(2);
      EXPECT_EQ(left.size(), 1u);
      EXPECT_EQ(right.size(), 1u);
    });
  });
}

}  // namespace
