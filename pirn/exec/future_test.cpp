// future, thread_pool, to_thread: results from other threads.
#include "pirn/exec/future.hpp"

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

int fail() {
  throw std::runtime_error("a mistake");
}

/// A pool of one thread that is busy until the gate is opened.
struct busy_pool {
  std::binary_semaphore gate{0};
  std::binary_semaphore begun{0};
  thread_pool pool{1};
  future<void> first = pool.submit([this] {
    begun.release();
    gate.acquire();
  });
  busy_pool() { begun.acquire(); }
};

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
  EXPECT_TRUE(second.was_cancelled());
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

TEST(thread_pool, starts_threads_as_work_comes_up_to_its_size) {
  thread_pool pool{3};
  EXPECT_EQ(pool.started(), 0U);
  pool.submit([] {}).result();
  EXPECT_EQ(pool.started(), 1U);
  std::counting_semaphore<8> gate{0};
  std::vector<future<void>> all;
  for (int i = 0; i < 8; ++i) all.push_back(pool.submit([&] { gate.acquire(); }));
  EXPECT_EQ(pool.started(), 3U);
  gate.release(8);
  for (auto& each : all) each.result();
}

TEST(thread_pool, map_keeps_the_order) {
  thread_pool pool{2};
  const std::vector<int> numbers{3, 1, 2};
  auto futures = pool.map([](int number) { return number * 10; }, numbers);
  ASSERT_EQ(futures.size(), 3U);
  EXPECT_EQ(futures[0].result(), 30);
  EXPECT_EQ(futures[1].result(), 10);
  EXPECT_EQ(futures[2].result(), 20);
}

TEST(thread_pool, runs_what_is_queued_at_its_end_and_takes_no_more) {
  std::atomic<int> ran = 0;
  thread_pool pool{1};
  for (int i = 0; i < 20; ++i) pool.submit([&] { ++ran; });
  pool.shutdown();
  EXPECT_EQ(ran, 20);
  EXPECT_THROW(pool.submit([] {}), std::runtime_error);
}

class exec_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, exec_test, pirn::testing::on_each(), pirn::testing::driver_name);

TEST_P(exec_test, to_thread_leaves_the_loop_on_kernels_and_stays_on_virtual_time) {
  on_loop([]() -> task<> {
    auto here = std::this_thread::get_id();
    auto there = co_await to_thread([] { return std::this_thread::get_id(); });
    EXPECT_EQ(here == there, is_virtual());
  });
}

TEST_P(exec_test, what_a_call_in_a_thread_throws_arrives) {
  on_loop([]() -> task<> {
    std::string message;
    try {
      co_await to_thread(fail);
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "a mistake");
  });
}

TEST_P(exec_test, a_call_in_a_thread_ends_in_its_own_time_though_cancelled) {
  on_loop([]() -> task<> {
    bool ended = false;
    auto call = [&ended] {
      std::this_thread::sleep_for(20ms);
      ended = true;
    };
    co_await move_on_after(1ms, to_thread(call));
    EXPECT_TRUE(ended);
  });
}

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
    EXPECT_TRUE(second.was_cancelled());
    busy.gate.release();
  });
}

}  // namespace
