// future: its states, its end, and how tasks wait for it.
#include "pirn/exec/future.hpp"

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/exec/busy_pool_test.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

int fail() {
  throw std::runtime_error("a mistake");
}

TEST(future, goes_from_pending_over_running_to_finished) {
  busy_pool busy;
  future<int> second = busy.pool.submit([](int a, int b) { return a + b; }, 40, 2);
  EXPECT_TRUE(busy.first.running());
  EXPECT_EQ(second.status(), future_status::pending);
  EXPECT_FALSE(second.done());
  EXPECT_FALSE(busy.first.cancel());
  busy.gate.release();
  EXPECT_EQ(second.result(), 42);
  EXPECT_TRUE(second.done());
  EXPECT_EQ(second.exception(), nullptr);
}

TEST(future, cancelled_before_it_began_never_runs) {
  busy_pool busy;
  std::atomic<bool> ran = false;
  future<void> second = busy.pool.submit([&] { ran = true; });
  EXPECT_TRUE(second.cancel());
  EXPECT_TRUE(second.cancel());
  EXPECT_TRUE(second.cancelled());
  EXPECT_THROW(second.result(), future_cancelled);
  EXPECT_THROW(second.exception(), future_cancelled);
  busy.gate.release();
  busy.pool.shutdown();
  EXPECT_FALSE(ran);
}

TEST(future, hands_over_what_was_thrown) {
  thread_pool pool{1};
  future<int> failed = pool.submit(fail);
  EXPECT_THROW(failed.result(), std::runtime_error);
  EXPECT_NE(failed.exception(), nullptr);
}

TEST(future, result_waits_no_longer_than_told) {
  busy_pool busy;
  EXPECT_THROW(busy.first.result(5ms), timeout_error);
  busy.gate.release();
  busy.first.result(10s);
}

TEST(future, callbacks_are_called_once_before_or_after_the_end) {
  busy_pool busy;
  std::atomic<int> calls = 0;
  auto count = [&](future<void>& ended) { calls += ended.done() ? 1 : 100; };
  busy.first.add_done_callback(count);
  busy.gate.release();
  busy.first.result();
  busy.first.add_done_callback(count);
  busy.pool.shutdown();
  EXPECT_EQ(calls, 2);
}

class exec_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, exec_test, pirn::testing::on_each(), pirn::testing::driver_name);

TEST_P(exec_test, a_task_awaits_a_future) {
  if (is_virtual()) return;  // where waiting for another thread is an error
  on_loop([]() -> task<> {
    thread_pool pool{2};
    future<int> number = pool.submit([] {
      std::this_thread::sleep_for(5ms);
      return 42;
    });
    int& result = co_await number;
    EXPECT_EQ(result, 42);
    future<int> failed = pool.submit(fail);
    bool threw = false;
    try {
      co_await failed;
    } catch (const std::runtime_error&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
  });
}

TEST_P(exec_test, blocking_for_a_result_on_a_loop_is_an_error) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    busy_pool busy;
    EXPECT_THROW(busy.first.result(), std::logic_error);
    busy.gate.release();
    co_await busy.first;
    busy.first.result();  // done: nothing blocks
  });
}

TEST_P(exec_test, a_cancelled_waiter_leaves_and_cancels_only_what_has_not_begun) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    busy_pool busy;
    future<int> second = busy.pool.submit([] { return 1; });
    auto wait = [](auto& awaited) -> task<> { co_await awaited; };
    bool ended = co_await move_on_after(5ms, wait(busy.first));
    EXPECT_FALSE(ended);
    EXPECT_TRUE(busy.first.running());
    ended = co_await move_on_after(5ms, wait(second));
    EXPECT_FALSE(ended);
    EXPECT_TRUE(second.cancelled());
    busy.gate.release();
  });
}

TEST(future_death, using_one_that_was_moved_from_is_a_bug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  thread_pool pool(1);
  future<int> first = pool.submit([] { return 1; });
  future<int> second = std::move(first);
  EXPECT_EQ(second.result(), 1);
  EXPECT_DEATH(first.result(), "a future that was moved from is used");
}

}  // namespace
