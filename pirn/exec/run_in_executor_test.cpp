// run_in_executor: calls that are part of a task, and what cancelling does to them.
#include "pirn/exec/run_in_executor.hpp"

#include <atomic>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/busy_pool_test.hpp"
#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

class run_in_executor_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, run_in_executor_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(run_in_executor_test, the_result_comes_back_from_the_pool) {
  on_loop([]() -> task<> {
    thread_pool pool{2};
    auto add = [](std::unique_ptr<int> left, int right) {
      return std::make_unique<int>(*left + right);
    };
    auto left = std::make_unique<int>(40);
    std::unique_ptr<int> sum = co_await run_in_executor(pool, add, std::move(left), 2);
    EXPECT_EQ(*sum, 42);
    std::thread::id there =
        co_await run_in_executor(pool, [] { return std::this_thread::get_id(); });
    EXPECT_NE(there, std::this_thread::get_id());
  });
}

TEST_P(run_in_executor_test, what_the_call_throws_arrives) {
  on_loop([]() -> task<> {
    inline_executor here;
    bool threw = false;
    try {
      co_await run_in_executor(here, [] { throw std::runtime_error("a mistake"); });
    } catch (const std::runtime_error&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
  });
}

TEST_P(run_in_executor_test, a_reference_stays_one) {
  on_loop([]() -> task<> {
    thread_pool pool{1};
    int number = 1;
    auto next = [&number]() -> int& { return ++number; };
    int& same = co_await run_in_executor(pool, next);
    EXPECT_EQ(&same, &number);
  });
}

TEST_P(run_in_executor_test, a_cancelled_task_withdraws_a_call_that_has_not_begun) {
  if (is_virtual()) return;  // where a pool is waited for at once
  on_loop([]() -> task<> {
    busy_pool busy;
    bool called = false;
    auto call = [&called] { called = true; };
    auto ended = co_await move_on_after(1ms, run_in_executor(busy.pool, call));
    EXPECT_FALSE(ended);
    busy.gate.release();
    co_await busy.pool.submit([] {});
    EXPECT_FALSE(called);
  });
}

TEST_P(run_in_executor_test, a_cancelled_task_asks_a_call_that_runs_to_stop_and_waits_for_it) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    thread_pool pool{1};
    std::binary_semaphore begun{0};
    auto call = [&begun](std::stop_token stop, int given) {
      begun.release();
      while (!stop.stop_requested()) std::this_thread::yield();
      return given;
    };
    int result = 0;
    auto asked = [&]() -> task<> { result = co_await run_in_executor(pool, call, 42); };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(asked());
      while (!begun.try_acquire()) co_await sleep_for(100us);
      group.cancel();
    });
    EXPECT_EQ(result, 42);
  });
}

TEST_P(run_in_executor_test, to_thread_asks_a_call_that_runs_to_stop) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    std::binary_semaphore begun{0};
    auto call = [&begun](std::stop_token stop) {
      begun.release();
      while (!stop.stop_requested()) std::this_thread::yield();
    };
    bool ended = false;
    auto asked = [&]() -> task<> {
      co_await to_thread(call);
      ended = true;
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(asked());
      while (!begun.try_acquire()) co_await sleep_for(100us);
      group.cancel();
    });
    EXPECT_TRUE(ended);
  });
}

TEST_P(run_in_executor_test, in_a_cancelled_scope_nothing_is_submitted) {
  on_loop([]() -> task<> {
    inline_executor here;
    bool called = false;
    auto call = [&called] { called = true; };
    cancel_scope scope;
    scope.cancel();
    bool ended = co_await within(scope, run_in_executor(here, call));
    EXPECT_FALSE(ended);
    EXPECT_FALSE(called);
  });
}

TEST_P(run_in_executor_test, an_executor_that_was_shut_down_says_so) {
  on_loop([]() -> task<> {
    inline_executor here;
    here.shutdown();
    bool threw = false;
    try {
      co_await run_in_executor(here, [] {});
    } catch (const std::runtime_error&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
  });
}

TEST_P(run_in_executor_test, calls_that_are_cancelled_at_random_leave_the_loop_clean) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    thread_pool pool{2};
    std::atomic<int> called = 0;
    int ended = 0;
    auto call = [&called] { ++called; };
    for (int i = 0; i < 300; ++i) {
      bool in_time =
          co_await move_on_after(std::chrono::microseconds(i % 40), run_in_executor(pool, call));
      ended += in_time ? 1 : 0;
    }
    EXPECT_LE(ended, called);
    bool after = co_await run_in_executor(pool, [] { return true; });
    EXPECT_TRUE(after);
  });
}

}  // namespace
