// run_virtual: a task on virtual time.
#include "pirn/testing/run_virtual.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/sync/event.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;
using pirn::testing::virtual_run_options;

std::vector<int> order_under(virtual_run_options options) {
  std::vector<int> order;
  run_virtual(options, [&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      for (int number = 0; number < 6; ++number) {
        group.spawn(
            [&](int name) -> task<> {
              order.push_back(name);
              co_return;
            },
            number);
      }
      co_return;
    });
  });
  return order;
}

TEST(run_virtual, gives_what_the_task_returns) {
  auto add = [](int a, const int& b) -> task<int> {
    co_await yield_now();
    co_return a + b;
  };
  int two = 2;
  EXPECT_EQ(run_virtual(add, 1, two), 3);
}

TEST(run_virtual, can_return_a_reference) {
  int number = 1;
  auto refer = [](int& to) -> task<int&> { co_return to; };
  int& result = run_virtual(refer, number);
  EXPECT_EQ(&result, &number);
}

TEST(run_virtual, throws_what_the_task_throws) {
  auto fail = []() -> task<> {
    co_await sleep_for(1s);
    throw std::runtime_error("it failed");
  };
  EXPECT_THROW(run_virtual(fail), std::runtime_error);
}

TEST(run_virtual, starts_at_zero_and_jumps_over_sleeps) {
  run_virtual([]() -> task<> {
    EXPECT_EQ(now(), time_point());
    co_await sleep_for(24h);
    EXPECT_EQ(now(), time_point(24h));
  });
}

TEST(run_virtual, keeps_the_order_of_the_ready_list_unless_told_to_shuffle) {
  EXPECT_EQ(order_under({.seed = 7}), (std::vector{0, 1, 2, 3, 4, 5}));
}

TEST(run_virtual, shuffles_by_the_seed_and_by_nothing_else) {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<int> order = order_under({.seed = seed, .shuffle = true});
    EXPECT_EQ(order, order_under({.seed = seed, .shuffle = true})) << seed;
    orders.insert(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5})) << seed;
  }
  EXPECT_GT(orders.size(), 5u);
}

TEST(run_virtual, a_task_that_nothing_can_wake_is_a_deadlock) {
  auto wait_for_ever = []() -> task<> {
    event never_set;
    co_await never_set.wait();
  };
  EXPECT_THROW(run_virtual(wait_for_ever), deadlock_error);
}

}  // namespace
