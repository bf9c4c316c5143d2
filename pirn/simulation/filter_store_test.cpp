// filter_store: who gets which item, by SimPy's rules.
#include "pirn/simulation/filter_store.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::run_virtual;

bool is_even(int item) {
  return item % 2 == 0;
}

TEST(des_filter_store, gives_the_oldest_item_that_suits) {
  run_virtual([]() -> task<> {
    des::filter_store<int> shelf;
    for (int item : {1, 4, 3, 2}) co_await shelf.put(item);
    int even = co_await shelf.get(is_even);
    EXPECT_EQ(even, 4);
    int oldest = co_await shelf.get();
    EXPECT_EQ(oldest, 1);
    int least = 3;
    int large = co_await shelf.get([least](int item) { return item >= least; });
    EXPECT_EQ(large, 3);
    EXPECT_EQ(shelf.items(), (std::vector{2}));
    auto odd = co_await select(shelf.get(std::not_fn(is_even)), sleep_for(1s));
    EXPECT_EQ(odd.index(), 1u);
    EXPECT_EQ(shelf.size(), 1u);
  });
}

TEST(des_filter_store, serves_whom_an_item_suits_although_others_wait_longer) {
  run_virtual([]() -> task<> {
    des::filter_store<std::string> shelf;
    std::vector<std::string> seen;
    auto take = [&](std::string name, std::string wanted) -> task<> {
      auto suits = [&wanted](const std::string& item) { return item == wanted; };
      std::string item = co_await shelf.get(suits);
      seen.push_back(name + " " + item);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(take, "a", "apple");
      group.spawn(take, "b", "banana");
      group.spawn(take, "c", "banana");
      co_await yield_now();
      co_await shelf.put("banana");
      co_await yield_now();
      EXPECT_EQ(seen, (std::vector<std::string>{"b banana"}));
      co_await shelf.put("apple");
      co_await shelf.put("cherry");
      co_await shelf.put("banana");
    });
    EXPECT_EQ(seen, (std::vector<std::string>{"b banana", "a apple", "c banana"}));
    EXPECT_EQ(shelf.items(), (std::vector<std::string>{"cherry"}));
  });
}

TEST(des_filter_store, puts_wait_for_room_in_their_order) {
  run_virtual([]() -> task<> {
    des::filter_store<int> shelf(2);
    std::vector<int> put;
    auto putter = [&](int item) -> task<> {
      co_await shelf.put(item);
      put.push_back(item);
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (int item : {1, 3, 2, 5}) group.spawn(putter, item);
      co_await yield_now();
      EXPECT_EQ(put, (std::vector{1, 3}));
      auto none = co_await select(shelf.get(is_even), sleep_for(1s));
      EXPECT_EQ(none.index(), 1u);  // the even one is not in the store yet
      int item = co_await shelf.get();
      EXPECT_EQ(item, 1);
      int even = co_await shelf.get(is_even);
      EXPECT_EQ(even, 2);
    });
    EXPECT_EQ(put, (std::vector{1, 3, 2, 5}));
    EXPECT_EQ(shelf.items(), (std::vector{3, 5}));
  });
}

TEST(des_filter_store, an_item_that_suits_a_waiting_process_needs_no_room) {
  run_virtual([]() -> task<> {
    des::filter_store<int> shelf(1);
    co_await shelf.put(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<int> {
        int item = co_await shelf.get(is_even);
        co_return item;
      });
      co_await yield_now();
      co_await shelf.put(2);
      const int& item = co_await waiter;
      EXPECT_EQ(item, 2);
    });
    EXPECT_EQ(shelf.items(), (std::vector{1}));
  });
}

TEST(des_filter_store, of_a_select_that_puts_and_gets_one_happens) {
  run_virtual([]() -> task<> {
    des::filter_store<int> shelf(1);
    co_await shelf.put(1);
    auto which = co_await select(shelf.put(2), shelf.get());
    EXPECT_EQ(which.index(), 1u);
    EXPECT_TRUE(shelf.empty());
    auto other = co_await select(shelf.get(), shelf.put(3));
    EXPECT_EQ(other.index(), 1u);
    EXPECT_EQ(shelf.items(), (std::vector{3}));
  });
}

TEST(des_filter_store, holds_what_only_moves) {
  run_virtual([]() -> task<> {
    des::filter_store<std::unique_ptr<int>> shelf;
    co_await shelf.put(std::make_unique<int>(1));
    co_await shelf.put(std::make_unique<int>(2));
    auto even = co_await shelf.get([](const std::unique_ptr<int>& item) { return is_even(*item); });
    EXPECT_EQ(*even, 2);
  });
}

TEST(des_filter_store, a_task_that_waits_for_it_says_so) {
  run_virtual([]() -> task<> {
    des::filter_store<int> shelf(1);
    co_await shelf.put(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto getter = group.spawn([&]() -> task<> { co_await shelf.get(is_even); });
      auto putter = group.spawn([&]() -> task<> { co_await shelf.put(3); });
      co_await yield_now();
      const std::string tasks = loop::current().dump_tasks();
      EXPECT_NE(tasks.find("waiting for item of store with 1"), std::string::npos) << tasks;
      EXPECT_NE(tasks.find("waiting for room in store of 1"), std::string::npos) << tasks;
      getter.cancel();
      putter.cancel();
    });
  });
}

TEST(des_filter_store, cancelled_anywhere_loses_and_doubles_nothing) {
  struct {
    std::vector<int> put;
    std::vector<int> seen;
  } world;
  auto program = [&]() -> task<> {
    world = {};
    des::filter_store<int> shelf(2);
    auto putter = [&](int first) -> task<> {
      for (int item = first; item < first + 4; ++item) {
        co_await shelf.put(item);
        world.put.push_back(item);
      }
    };
    auto getter = [&](bool even) -> task<> {
      for (int round = 0; round < 4; ++round) {
        int item = co_await shelf.get([even](int each) { return is_even(each) == even; });
        world.seen.push_back(item);
      }
    };
    auto keep = [&] {
      world.seen.insert(world.seen.end(), shelf.items().begin(), shelf.items().end());
    };
    try {
      co_await with_group([&](task_group& group) -> task<> {
        group.spawn(putter, 0);
        group.spawn(putter, 10);
        group.spawn(getter, true);
        group.spawn(getter, false);
        co_return;
      });
    } catch (const cancelled&) {
      keep();
      throw;
    }
    keep();
  };
  auto check = [&](const cancelled_run& run) {
    if (run.error) {
      EXPECT_THROW(std::rethrow_exception(run.error), deadlock_error) << run.describe();
    }
    std::ranges::sort(world.put);
    std::ranges::sort(world.seen);
    EXPECT_EQ(world.seen, world.put) << run.describe();
  };
  EXPECT_GT(cancel_each_await(program, check), 10u);
  EXPECT_GT(cancel_each_await(program, check, {.target = cancel_target::suspended_task}), 10u);
}

TEST(des_filter_store_death, takes_an_item_once) {
  auto put_twice = []() -> task<> {
    des::filter_store<int> shelf;
    auto put = shelf.put(1);
    co_await put;
    co_await put;
  };
  EXPECT_DEATH(run_virtual(put_twice), "awaited once");
}

TEST(des_filter_store_death, has_room) {
  EXPECT_DEATH(des::filter_store<int>(0), "room for an item");
}

}  // namespace
