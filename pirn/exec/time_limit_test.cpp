// time_limit: one limit for threads and for tasks, wherever it was made.
#include "pirn/exec/time_limit.hpp"

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/exec/map.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/run/run.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using detail::time_limit;

TEST(time_limit, made_on_a_loop_it_is_told_to_threads_too) {
  const steady_time before = std::chrono::steady_clock::now();
  pirn::testing::run_virtual([&]() -> task<> {
    const time_limit limit(1h);
    EXPECT_EQ(limit.for_task(loop::current()), now() + 1h);
    EXPECT_GE(limit.for_thread(), before + 1h);
    EXPECT_FALSE(time_limit(forever).for_thread().has_value());
    EXPECT_EQ(time_limit(forever).for_task(loop::current()), never);
    co_return;
  });
}

TEST(time_limit, made_on_a_thread_it_is_told_to_tasks_too) {
  const time_limit limit(1h);
  run([&]() -> task<> {
    const time_point end = limit.for_task(loop::current());
    EXPECT_LE(end, now() + 1h);
    EXPECT_GT(end, now() + 59min);
    co_return;
  });
}

TEST(time_limit, of_another_loop_it_is_told_by_the_steady_clock) {
  std::optional<time_limit> limit;
  pirn::testing::run_virtual([&]() -> task<> {
    limit.emplace(1h);
    co_return;
  });
  run([&]() -> task<> {
    EXPECT_GT(limit->for_task(loop::current()), now() + 59min);
    co_return;
  });
}

TEST(time_limit, a_map_made_by_a_task_may_be_gone_through_by_a_thread) {
  thread_pool pool{1};
  auto twice = [](int number) { return 2 * number; };
  run([&]() -> task<> {
    for (bool ordered : {true, false}) {
      auto results = pool.map({.timeout = 1h, .ordered = ordered}, twice, std::vector{1, 2, 3});
      const int total = co_await to_thread([&results] {
        int sum = 0;
        for (int& each : results) sum += each;
        return sum;
      });
      EXPECT_EQ(total, 12);
    }
  });
}

}  // namespace
