// batch: so many items, or those that there are when time is up.
#include "pirn/simulation/batch.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
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
