// batch: so many items, or those that there are when time is up.
#include "pirn/simulation/batch.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/simulation/filter_store.hpp"
#include "pirn/simulation/priority_store.hpp"
#include "pirn/simulation/store.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::run_virtual;

task<> put_every_minute(des::store<int>* shelf, int count) {
  for (int item = 1; item <= count; ++item) {
    co_await sleep_for(1min);
    co_await shelf->put(item);
  }
}

TEST(des_batch, is_complete_with_enough_items) {
  run_virtual([]() -> task<> {
    des::store<int> shelf;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(put_every_minute, &shelf, 5);
      auto batch = co_await des::take_batch(shelf, {.size_max = 3, .patience = 1h});
      EXPECT_EQ(batch, (std::vector{1, 2, 3}));
      EXPECT_EQ(now().time_since_epoch(), 3min);
      auto all = co_await des::take_batch(shelf, {.size_max = 2});
      EXPECT_EQ(all, (std::vector{4, 5}));
    });
  });
}

TEST(des_batch, is_what_there_is_when_time_is_up) {
  run_virtual([]() -> task<> {
    des::store<int> shelf;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(put_every_minute, &shelf, 3);
      auto batch = co_await des::take_batch(shelf, {.size_max = 3, .patience = 150s});
      EXPECT_EQ(batch, (std::vector{1, 2}));
      EXPECT_EQ(now().time_since_epoch(), 150s);
      auto rest = co_await des::take_batch(shelf, {.patience = 1h});
      EXPECT_EQ(rest, (std::vector{3}));
      auto none = co_await des::take_batch(shelf, {.patience = 1s});
      EXPECT_TRUE(none.empty());
    });
  });
}

TEST(des_batch, comes_from_any_store) {
  run_virtual([]() -> task<> {
    des::priority_store<int> smallest;
    des::filter_store<int> chosen;
    for (int item : {3, 1, 2}) {
      co_await smallest.put(item);
      co_await chosen.put(item);
    }
    auto first = co_await des::take_batch(smallest, {.size_max = 2});
    EXPECT_EQ(first, (std::vector{1, 2}));
    auto second = co_await des::take_batch(chosen, {.size_max = 2});
    EXPECT_EQ(second, (std::vector{3, 1}));
  });
}

TEST(des_batch, a_cancel_gives_what_was_taken_and_is_not_forgotten) {
  run_virtual([]() -> task<> {
    des::store<int> shelf;
    std::vector<int> taken;
    auto take = [&]() -> task<> {
      taken = co_await des::take_batch(shelf, {.size_max = 3});
      co_await yield_now();
      ADD_FAILURE() << "a wait in a cancelled task";
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(put_every_minute, &shelf, 2);
      auto taker = group.spawn(take);
      co_await sleep_for(150s);
      taker.cancel();
      co_await yield_now();
      EXPECT_TRUE(taker.was_cancelled());
      EXPECT_EQ(taken, (std::vector{1, 2}));
      auto in_time = co_await move_on_after(1h, des::take_batch(shelf, {.size_max = 3}));
      EXPECT_FALSE(in_time) << "nothing was taken";
    });
  });
}

TEST(des_batch, an_interrupt_gives_what_was_taken_and_comes_at_the_next_wait) {
  run_virtual([]() -> task<> {
    des::store<int> shelf;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(put_every_minute, &shelf, 2);
      auto taker = group.spawn([&]() -> task<> {
        auto batch = co_await des::take_batch(shelf, {.size_max = 3});
        EXPECT_EQ(batch, (std::vector{1, 2}));
        EXPECT_THROW(co_await sleep_for(1h), std::logic_error);
        EXPECT_THROW(co_await des::take_batch(shelf, {.size_max = 3}), std::domain_error);
      });
      co_await sleep_for(150s);
      taker.interrupt(std::logic_error("enough"));
      co_await yield_now();
      taker.interrupt(std::domain_error("go"));
    });
    EXPECT_EQ(now().time_since_epoch(), 150s);
  });
}

TEST(des_batch, cancelled_anywhere_leaves_nothing_behind) {
  auto program = []() -> task<> {
    des::store<int> shelf;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(put_every_minute, &shelf, 3);
      co_await des::take_batch(shelf, {.size_max = 2, .patience = 1h});
      co_await des::take_batch(shelf, {.size_max = 2, .patience = 2min});
    });
  };
  EXPECT_GT(cancel_each_await(program), 5u);
}

}  // namespace
