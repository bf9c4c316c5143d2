// priority_queue: the smallest item leaves first.
#include "pirn/sync/priority_queue.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace pirn;
using pirn::testing::run_virtual;

struct job {
  int priority;
  std::string name;
  friend bool operator<(const job& a, const job& b) { return a.priority < b.priority; }
};

TEST(priority_queue, gives_the_smallest_item_first) {
  run_virtual([]() -> task<> {
    priority_queue<int> q;
    for (int item : {1, 3, 2}) co_await q.push(item);
    for (int expected : {1, 2, 3}) {
      int item = co_await q.pop();
      EXPECT_EQ(item, expected);
    }
  });
}

TEST(priority_queue, gives_equal_items_in_the_order_they_were_pushed) {
  run_virtual([]() -> task<> {
    priority_queue<job> q;
    random_source random(1);
    for (int number = 0; number < 200; ++number) {
      int priority = static_cast<int>(random.below(5));
      job next{priority, std::to_string(number)};  // named: see docs/compilers.md
      co_await q.push(std::move(next));
    }
    job last{-1, ""};
    while (!q.empty()) {
      job next = co_await q.pop();
      EXPECT_LE(last.priority, next.priority);
      bool in_order = last.priority != next.priority || std::stoi(last.name) < std::stoi(next.name);
      EXPECT_TRUE(in_order) << last.name << " before " << next.name;
      last = std::move(next);
    }
  });
}

TEST(priority_queue, can_be_turned_round) {
  priority_queue<int, std::greater<>> q;
  for (int item : {1, 3, 2}) EXPECT_TRUE(q.try_push(item));
  for (int expected : {3, 2, 1}) EXPECT_EQ(q.try_pop(), expected);
}

TEST(priority_queue, an_item_counts_only_once_it_has_its_place) {
  run_virtual([]() -> task<> {
    priority_queue<int> q(1);
    co_await q.push(5);
    co_await with_group([&](task_group& group) -> task<> {
      for (int item : {7, 1}) {
        group.spawn([&](int value) -> task<> { co_await q.push(value); }, item);
      }
      co_await yield_now();
      for (int expected : {5, 7, 1}) {
        int item = co_await q.pop();
        EXPECT_EQ(item, expected);
      }
    });
  });
}

}  // namespace
