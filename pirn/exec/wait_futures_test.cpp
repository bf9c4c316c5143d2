// wait_futures: all, the first, or the first failure of several futures.
#include "pirn/exec/wait_futures.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/exec/promise.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

struct promises {
  promise<int> made[3];
  std::vector<future<int>> futures{made[0].get_future(), made[1].get_future(),
                                   made[2].get_future()};
  void fail(int which) {
    made[which].set_exception(std::make_exception_ptr(std::runtime_error("a mistake")));
  }
};

TEST(wait_futures, waits_for_all) {
  thread_pool pool{2};
  std::vector<future<int>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(pool.submit([i] { return i; }));
  auto [done, not_done] = wait(futures).result();
  EXPECT_EQ(done.size(), 20U);
  EXPECT_TRUE(not_done.empty());
  EXPECT_EQ(done[7].result(), 7);
}

TEST(wait_futures, the_first_is_enough) {
  promises three;
  std::jthread other([&] { three.made[1].set_value(1); });
  auto [done, not_done] = wait(three.futures, {.until = return_when::first_completed}).result();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].result(), 1);
  EXPECT_EQ(not_done.size(), 2U);
}

TEST(wait_futures, one_that_had_ended_is_enough) {
  promises three;
  three.made[1].set_value(1);
  auto [done, not_done] = wait(three.futures, {.until = return_when::first_completed}).result();
  EXPECT_EQ(done.size(), 1U);
}

TEST(wait_futures, the_first_failure_is_enough) {
  promises three;
  three.made[0].set_value(0);
  std::jthread other([&] { three.fail(1); });
  auto [done, not_done] = wait(three.futures, {.until = return_when::first_exception}).result();
  EXPECT_EQ(done.size(), 2U);
  EXPECT_EQ(not_done.size(), 1U);
}

TEST(wait_futures, a_failure_that_was_there_before_is_enough) {
  promises three;
  three.fail(2);
  auto [done, not_done] = wait(three.futures, {.until = return_when::first_exception}).result();
  EXPECT_EQ(done.size(), 1U);
  EXPECT_EQ(not_done.size(), 2U);
}

TEST(wait_futures, a_cancelled_one_has_not_failed) {
  promises three;
  three.futures[0].cancel();
  three.made[1].set_value(1);
  std::jthread other([&] { three.made[2].set_value(2); });
  auto [done, not_done] = wait(three.futures, {.until = return_when::first_exception}).result();
  EXPECT_EQ(done.size(), 3U);
}

TEST(wait_futures, the_time_ends_it_and_cancels_nothing) {
  promises three;
  three.made[1].set_value(1);
  auto [done, not_done] = wait(three.futures, {.timeout = 2ms}).result();
  EXPECT_EQ(done.size(), 1U);
  EXPECT_EQ(not_done.size(), 2U);
  EXPECT_EQ(not_done[0].status(), future_status::pending);
}

TEST(wait_futures, one_that_is_given_twice_counts_once) {
  promises three;
  three.made[0].set_value(0);
  auto [done, not_done] = wait(std::vector{three.futures[0], three.futures[0]}).result();
  EXPECT_EQ(done.size(), 1U);
}

TEST(wait_futures, of_nothing_are_over_at_once) {
  auto [done, not_done] = wait(std::vector<future_base>{}).result();
  EXPECT_TRUE(done.empty());
  EXPECT_TRUE(not_done.empty());
}

TEST(wait_futures, many_times_over_futures_that_end_meanwhile) {
  thread_pool pool{2};
  for (int round = 0; round < 300; ++round) {
    std::vector<future<void>> futures;
    for (int i = 0; i < 6; ++i) futures.push_back(pool.submit([] {}));
    auto [done, not_done] = wait(futures, {.until = return_when::first_completed}).result();
    EXPECT_GE(done.size(), 1U);
  }
}

class wait_futures_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, wait_futures_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(wait_futures_test, a_task_waits_for_all) {
  on_loop([]() -> task<> {
    promises three;
    auto keep_all = [&]() -> task<> {
      for (int each : {2, 0, 1}) {
        co_await sleep_for(1ms);
        three.made[each].set_value(each);
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(keep_all());
      done_and_not_done<future<int>> parts = co_await wait(three.futures);
      EXPECT_EQ(parts.done.size(), 3U);
      EXPECT_EQ(parts.done[2].result(), 2);
    });
  });
}

TEST_P(wait_futures_test, a_task_waits_for_the_first_failure) {
  on_loop([]() -> task<> {
    promises three;
    auto keep_two = [&]() -> task<> {
      three.made[0].set_value(0);
      co_await sleep_for(1ms);
      three.fail(1);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(keep_two());
      done_and_not_done<future<int>> parts =
          co_await wait(three.futures, {.until = return_when::first_exception});
      EXPECT_EQ(parts.done.size(), 2U);
      EXPECT_EQ(parts.not_done.size(), 1U);
    });
  });
}

TEST_P(wait_futures_test, a_task_waits_no_longer_than_told) {
  on_loop([]() -> task<> {
    promises three;
    three.made[1].set_value(1);
    done_and_not_done<future<int>> parts = co_await wait(three.futures, {.timeout = 2ms});
    EXPECT_EQ(parts.done.size(), 1U);
    EXPECT_EQ(parts.not_done[1].status(), future_status::pending);
    parts = co_await wait(three.futures, {.timeout = 0ms});
    EXPECT_EQ(parts.done.size(), 1U);
  });
}

}  // namespace
