// store and priority_store: what comes out, when, and for whom.
#include "pirn/simulation/store.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/simulation/priority_store.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

TEST(des_store, gives_what_was_put_in_first) {
  run_virtual([]() -> task<> {
    des::store<std::string> shelf;
    co_await shelf.put("first");
    co_await shelf.put("second");
    EXPECT_EQ(shelf.size(), 2u);
    std::string item = co_await shelf.get();
    EXPECT_EQ(item, "first");
    EXPECT_EQ(shelf.try_get(), "second");
    EXPECT_EQ(shelf.try_get(), std::nullopt);
    EXPECT_TRUE(shelf.empty());
  });
}

TEST(des_store, serves_who_asked_first) {
  run_virtual([]() -> task<> {
    des::store<int> shelf;
    std::vector<std::pair<char, int>> seen;
    auto take = [&](char name) -> task<> {
      int item = co_await shelf.get();
      seen.emplace_back(name, item);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(take, 'a');
      group.spawn(take, 'b');
      co_await sleep_for(1s);
      co_await shelf.put(1);
      co_await shelf.put(2);
      EXPECT_TRUE(shelf.empty());  // they have them already
    });
    EXPECT_EQ(seen, (std::vector<std::pair<char, int>>{{'a', 1}, {'b', 2}}));
  });
}

TEST(des_store, puts_wait_for_room_in_their_order) {
  run_virtual([]() -> task<> {
    des::store<int> shelf(1);
    EXPECT_EQ(shelf.capacity(), 1u);
    EXPECT_EQ(des::store<int>().capacity(), des::store<int>::unlimited);
    co_await with_group([&](task_group& group) -> task<> {
      for (int item : {1, 2, 3}) {
        group.spawn([&shelf, item]() -> task<> { co_await shelf.put(item); });
      }
      co_await sleep_for(1s);
      EXPECT_EQ(shelf.size(), 1u);
      for (int expected : {1, 2, 3}) {
        int item = co_await shelf.get();
        EXPECT_EQ(item, expected);
      }
    });
  });
}

TEST(des_store, holds_what_only_moves_and_can_be_selected) {
  run_virtual([]() -> task<> {
    des::store<std::unique_ptr<int>> shelf;
    auto none = co_await select(shelf.get(), sleep_for(1s));
    EXPECT_EQ(none.index(), 1u);
    co_await shelf.put(std::make_unique<int>(3));
    auto there = co_await select(shelf.get(), sleep_for(1s));
    EXPECT_EQ(*std::get<0>(there), 3);
  });
}

TEST(des_priority_store, gives_the_smallest_first_and_equals_in_their_order) {
  struct order {
    int priority;
    char name;
    bool operator<(const order& other) const { return priority < other.priority; }
  };
  run_virtual([]() -> task<> {
    des::priority_store<order> desk;
    co_await desk.put({2, 'a'});
    co_await desk.put({1, 'b'});
    co_await desk.put({2, 'c'});
    co_await desk.put({1, 'd'});
    std::string seen;
    while (auto next = desk.try_get()) seen += next->name;
    EXPECT_EQ(seen, "bdac");
  });
}

TEST(des_store_death, has_room) {
  EXPECT_DEATH(des::store<int>(0), "room for an item");
}

}  // namespace
