// lifo_queue: the item that was pushed last leaves first.
#include "pirn/sync/lifo_queue.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace pirn;
using pirn::testing::run_virtual;

TEST(lifo_queue, gives_the_youngest_item_first) {
  run_virtual([]() -> task<> {
    lifo_queue<int> q;
    for (int item : {1, 3, 2}) co_await q.push(item);
    for (int expected : {2, 3, 1}) {
      int item = co_await q.pop();
      EXPECT_EQ(item, expected);
    }
  });
}

TEST(lifo_queue, a_task_that_waited_for_a_place_has_the_youngest_item) {
  run_virtual([]() -> task<> {
    lifo_queue<std::unique_ptr<int>> q(2);
    co_await q.push(std::make_unique<int>(1));
    co_await q.push(std::make_unique<int>(2));
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await q.push(std::make_unique<int>(3)); });
      co_await yield_now();
      for (int expected : {2, 3, 1}) {
        std::unique_ptr<int> item = co_await q.pop();
        EXPECT_EQ(*item, expected);
      }
    });
  });
}

}  // namespace
