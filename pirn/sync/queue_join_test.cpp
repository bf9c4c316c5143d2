// queue: join(), task_done(), shutdown(), the same for all three kinds of queue.
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/lifo_queue.hpp"
#include "pirn/sync/priority_queue.hpp"
#include "pirn/sync/queue.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

template <class Queue>
class queue_join : public ::testing::Test {};
template <class Queue>
class queue_join_death : public ::testing::Test {};
template <class Queue>
class queue_shutdown : public ::testing::Test {};

using all_queues = ::testing::Types<queue<int>, lifo_queue<int>, priority_queue<int>>;
TYPED_TEST_SUITE(queue_join, all_queues);
TYPED_TEST_SUITE(queue_join_death, all_queues);
TYPED_TEST_SUITE(queue_shutdown, all_queues);

/// Whether the wait was refused because the queue is shut down.
template <class Wait>
task<bool> is_refused(Wait&& wait) {
  try {
    co_await wait;
  } catch (const queue_shut_down&) {
    co_return true;
  }
  co_return false;
}

TYPED_TEST(queue_join, of_an_empty_queue_returns_at_once) {
  run_virtual([]() -> task<> {
    TypeParam q;
    co_await q.join();
    co_await q.join();
  });
}

TYPED_TEST(queue_join, waits_until_every_item_is_done) {
  run_virtual([]() -> task<> {
    TypeParam q;
    int sum = 0;
    for (int item = 0; item < 100; ++item) EXPECT_TRUE(q.try_push(item));
    EXPECT_EQ(q.unfinished(), 100u);
    co_await with_group([&](task_group& group) -> task<> {
      for (int worker = 0; worker < 2; ++worker) {
        group.spawn([&]() -> task<> {
          for (;;) {
            int item = co_await q.pop();
            co_await sleep_for(1ms);
            sum += item;
            q.task_done();
          }
        });
      }
      co_await q.join();
      EXPECT_EQ(sum, 4950);
      EXPECT_EQ(now(), time_point(50ms));
      group.cancel();
    });
  });
}

TYPED_TEST(queue_join, counts_items_that_went_straight_to_a_task_and_that_waited_for_a_place) {
  run_virtual([]() -> task<> {
    TypeParam q(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        for (int count = 0; count < 3; ++count) {
          co_await q.pop();
          co_await yield_now();
          q.task_done();
        }
      });
      co_await yield_now();
      for (int item = 0; item < 3; ++item) co_await q.push(item);
      co_await q.join();
      EXPECT_EQ(q.unfinished(), 0u);
    });
  });
}

TYPED_TEST(queue_join, a_cancelled_one_leaves_the_list) {
  run_virtual([]() -> task<> {
    TypeParam q;
    co_await q.push(1);
    bool joined = co_await move_on_after(1s, q.join());
    EXPECT_FALSE(joined);
    EXPECT_TRUE(q.try_pop());
    q.task_done();
    co_await q.join();
  });
}

TYPED_TEST(queue_join, a_task_that_waits_for_it_says_so) {
  run_virtual([]() -> task<> {
    TypeParam q;
    co_await q.push(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await q.join(); });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for end of 1 items of queue"),
                std::string::npos);
      q.task_done();
    });
  });
}

TYPED_TEST(queue_join_death, task_done_without_an_item_is_an_error) {
  TypeParam q;
  EXPECT_DEATH(q.task_done(), "more often than items were pushed");
}

TYPED_TEST(queue_shutdown, lets_nothing_in_and_what_is_there_out) {
  run_virtual([]() -> task<> {
    TypeParam q;
    EXPECT_FALSE(q.is_shut_down());
    co_await q.push(1);
    co_await q.push(2);
    q.shutdown();
    q.shutdown();
    EXPECT_TRUE(q.is_shut_down());
    bool refused = co_await is_refused(q.push(3));
    EXPECT_TRUE(refused);
    EXPECT_THROW(q.try_push(3), queue_shut_down);
    EXPECT_EQ(q.size(), 2u);
    co_await q.pop();
    EXPECT_TRUE(q.try_pop());
    refused = co_await is_refused(q.pop());
    EXPECT_TRUE(refused);
    EXPECT_THROW(q.try_pop(), queue_shut_down);
    q.task_done();
    q.task_done();
    co_await q.join();
  });
}

TYPED_TEST(queue_shutdown, turns_away_the_tasks_that_wait_to_pop) {
  run_virtual([]() -> task<> {
    TypeParam q;
    int refused_count = 0;
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 3; ++count) {
        group.spawn([&]() -> task<> {
          bool refused = co_await is_refused(q.pop());
          if (refused) ++refused_count;
        });
      }
      co_await yield_now();
      q.shutdown();
    });
    EXPECT_EQ(refused_count, 3);
  });
}

TYPED_TEST(queue_shutdown, turns_away_the_tasks_that_wait_to_push) {
  run_virtual([]() -> task<> {
    TypeParam q(1);
    int refused_count = 0;
    co_await q.push(1);
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 3; ++count) {
        group.spawn([&]() -> task<> {
          bool refused = co_await is_refused(q.push(2));
          if (refused) ++refused_count;
        });
      }
      co_await yield_now();
      q.shutdown();
      EXPECT_EQ(q.try_pop(), 1);
      EXPECT_THROW(q.try_pop(), queue_shut_down);  // their items did not get in
    });
    EXPECT_EQ(refused_count, 3);
    EXPECT_EQ(q.unfinished(), 1u);
  });
}

TYPED_TEST(queue_shutdown, an_immediate_one_drops_what_is_there_and_ends_join) {
  run_virtual([]() -> task<> {
    TypeParam q(2);
    co_await q.push(1);
    co_await q.push(2);
    co_await with_group([&](task_group& group) -> task<> {
      auto joiner = group.spawn([&]() -> task<> { co_await q.join(); });
      auto pusher = group.spawn([&]() -> task<bool> {
        bool refused = co_await is_refused(q.push(3));
        co_return refused;
      });
      co_await yield_now();
      q.shutdown({.immediate = true});
      EXPECT_TRUE(q.empty());
      EXPECT_EQ(q.unfinished(), 0u);
      co_await joiner;
      bool refused = co_await pusher;
      EXPECT_TRUE(refused);
      refused = co_await is_refused(q.pop());
      EXPECT_TRUE(refused);
    });
  });
}

TYPED_TEST(queue_shutdown, an_immediate_one_leaves_items_in_work_to_task_done) {
  run_virtual([]() -> task<> {
    TypeParam q;
    co_await q.push(1);
    co_await q.push(2);
    co_await q.pop();
    q.shutdown({.immediate = true});
    EXPECT_EQ(q.unfinished(), 1u);
    bool joined = co_await move_on_after(1s, q.join());
    EXPECT_FALSE(joined);
    q.task_done();
    co_await q.join();
  });
}

TYPED_TEST(queue_shutdown, does_not_reach_a_task_that_has_been_handed_its_item) {
  run_virtual([]() -> task<> {
    TypeParam q;
    co_await with_group([&](task_group& group) -> task<> {
      auto popper = group.spawn([&]() -> task<int> {
        int item = co_await q.pop();
        co_return item;
      });
      co_await yield_now();
      co_await q.push(1);
      q.shutdown({.immediate = true});
      int item = co_await popper;
      EXPECT_EQ(item, 1);
    });
  });
}

TEST(queue_shutdown_drop, an_item_may_use_the_queue_when_it_is_destroyed) {
  struct counter {
    explicit counter(queue<std::unique_ptr<counter>>& q) : home(q) {}
    ~counter() { EXPECT_TRUE(home.is_shut_down() && home.empty()); }
    queue<std::unique_ptr<counter>>& home;
  };
  queue<std::unique_ptr<counter>> q;
  EXPECT_TRUE(q.try_push(std::make_unique<counter>(q)));
  q.shutdown({.immediate = true});
}

}  // namespace
