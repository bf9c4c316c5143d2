// to_thread: a blocking call's result comes back to its task; on virtual time nothing leaves it.
#include "pirn/exec/to_thread.hpp"

#include <atomic>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

class to_thread_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, to_thread_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

int fail() {
  throw std::runtime_error("a mistake");
}

/// A call that lasts until the gate is opened.
struct gated {
  std::binary_semaphore begun{0};
  std::binary_semaphore gate{0};
  std::atomic<bool> ended = false;

  void operator()() {
    begun.release();
    gate.acquire();
    ended = true;
  }
};

task<> open_later(gated& held, duration after) {
  co_await sleep_for(after);
  EXPECT_FALSE(held.ended);
  held.gate.release();
}

TEST_P(to_thread_test, it_leaves_the_loop_on_kernels_and_stays_on_virtual_time) {
  on_loop([]() -> task<> {
    auto here = std::this_thread::get_id();
    auto there = co_await to_thread([] { return std::this_thread::get_id(); });
    EXPECT_EQ(here == there, is_virtual());
  });
}

TEST_P(to_thread_test, on_virtual_time_a_call_takes_none) {
  if (!is_virtual()) return;
  on_loop([]() -> task<> {
    co_await sleep_for(1s);
    const time_point before = now();
    std::vector<int> order{1};
    co_await to_thread([&order] { order.push_back(2); });
    order.push_back(3);
    EXPECT_EQ(now(), before);
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
  });
}

TEST_P(to_thread_test, arguments_and_results_are_moved) {
  on_loop([]() -> task<> {
    auto add = [](std::unique_ptr<int> left, int right) {
      return std::make_unique<int>(*left + right);
    };
    auto left = std::make_unique<int>(40);
    std::unique_ptr<int> sum = co_await to_thread(add, std::move(left), 2);
    EXPECT_EQ(*sum, 42);
  });
}

TEST_P(to_thread_test, a_reference_stays_one) {
  on_loop([]() -> task<> {
    int number = 1;
    int& same = co_await to_thread([&number]() -> int& { return ++number; });
    EXPECT_EQ(&same, &number);
    EXPECT_EQ(number, 2);
  });
}

TEST_P(to_thread_test, what_the_call_throws_arrives) {
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

TEST_P(to_thread_test, the_loop_goes_on_meanwhile) {
  if (is_virtual()) return;  // where a call that waits for its loop would wait for ever
  on_loop([]() -> task<> {
    gated held;
    co_await gather(to_thread(std::ref(held)), open_later(held, 1ms));
    EXPECT_TRUE(held.ended);
  });
}

TEST_P(to_thread_test, many_calls_at_once_all_come_back) {
  on_loop([]() -> task<> {
    std::atomic<int> total = 0;
    auto add = [&total](int number) { total += number; };
    co_await with_group([&](task_group& group) -> task<> {
      for (int i = 1; i <= 200; ++i) group.start(to_thread(add, i));
      co_return;
    });
    EXPECT_EQ(total, 200 * 201 / 2);
  });
}

TEST_P(to_thread_test, a_cancelled_task_waits_for_the_call_and_has_its_result) {
  if (is_virtual()) return;  // where a call has ended before anyone could cancel it
  on_loop([]() -> task<> {
    gated held;
    bool had_ended = false;
    auto asked = [&]() -> task<> {
      co_await to_thread(std::ref(held));
      had_ended = held.ended;
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(asked());
      while (!held.begun.try_acquire()) co_await sleep_for(100us);
      group.cancel();
      EXPECT_FALSE(held.ended);
      held.gate.release();
    });
    EXPECT_TRUE(had_ended);
  });
}

TEST_P(to_thread_test, after_a_cancelled_call_the_next_wait_is_the_one_that_ends) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    gated held;
    bool came_back = false;
    bool went_on = false;
    auto asked = [&]() -> task<> {
      co_await to_thread(std::ref(held));
      came_back = true;
      co_await sleep_for(1h);
      went_on = true;
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(asked());
      while (!held.begun.try_acquire()) co_await sleep_for(100us);
      group.cancel();
      held.gate.release();
    });
    EXPECT_TRUE(came_back);
    EXPECT_FALSE(went_on);
    int after = co_await to_thread([] { return 42; });  // the loop and its pool are as before
    EXPECT_EQ(after, 42);
  });
}

TEST_P(to_thread_test, in_a_cancelled_scope_nothing_is_called) {
  on_loop([]() -> task<> {
    bool called = false;
    bool stopped = false;
    auto call = [&called] { called = true; };
    cancel_scope scope;
    auto asks = [&]() -> task<> {
      scope.cancel();
      try {
        co_await to_thread(call);
      } catch (const cancelled&) {
        stopped = true;
        throw;
      }
    };
    bool ended = co_await within(scope, asks());
    EXPECT_FALSE(ended);
    EXPECT_TRUE(stopped);
    EXPECT_FALSE(called);
  });
}

TEST_P(to_thread_test, what_a_cancelled_call_throws_is_not_lost) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    gated held;
    auto call = [&held] {
      held();
      fail();
    };
    std::string message;
    auto asked = [&]() -> task<> {
      try {
        co_await to_thread(call);
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(asked());
      while (!held.begun.try_acquire()) co_await sleep_for(100us);
      group.cancel();
      held.gate.release();
    });
    EXPECT_EQ(message, "a mistake");
  });
}

}  // namespace
