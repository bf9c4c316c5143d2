// loop_runner: the main task's result, its cancellation, deadlocks.
#include "pirn/core/loop_runner.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/mutex.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

// What run_virtual(fn) throws as a deadlock; empty when it throws nothing.
template <class Fn>
std::string deadlock_of(Fn fn) {
  try {
    run_virtual(fn);
  } catch (const deadlock_error& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(loop_runner, gives_what_the_task_returns) {
  EXPECT_EQ(run_virtual([]() -> task<int> {
              co_await yield_now();
              co_return 42;
            }),
            42);
  auto made =
      run_virtual([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(1); });
  EXPECT_EQ(*made, 1);
}

TEST(loop_runner, throws_what_the_task_throws) {
  EXPECT_THROW(run_virtual([]() -> task<> {
                 co_await yield_now();
                 throw std::invalid_argument("spam");
               }),
               std::invalid_argument);
}

TEST(loop_runner, runs_one_task_after_another_on_the_same_loop) {
  virtual_driver driver;
  loop home(driver);
  auto nap = []() -> task<time_point> {
    co_await sleep_for(1s);
    co_return now();
  };
  loop_entry entered(home);
  EXPECT_EQ(loop_runner::run(home, nap()), time_point(1s));
  EXPECT_EQ(loop_runner::run(home, nap()), time_point(2s));
}

TEST(loop_runner, a_cancelled_main_task_cleans_up_and_is_told_of) {
  bool cleaned = false;
  auto main = [&]() -> task<> {
    task_record& me = co_await this_task_record{};
    me.cancel();
    auto clean = [&]() -> task<> {
      co_await sleep_for(1s);
      cleaned = true;
    };
    co_await finally(to_task(sleep_for(9s)), clean());
  };
  EXPECT_THROW(run_virtual(main), future_cancelled);
  EXPECT_TRUE(cleaned);
}

TEST(loop_runner, a_cancelled_main_task_that_ends_otherwise_is_not_cancelled) {
  auto main = []() -> task<int> {
    task_record& me = co_await this_task_record{};
    me.cancel();
    try {
      co_await sleep_for(9s);
    } catch (const cancelled&) {
    }
    co_return 3;
  };
  EXPECT_EQ(run_virtual(main), 3);
}

TEST(loop_runner, waits_for_all_that_the_main_task_started) {
  bool ended = false;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1h);
        ended = true;
      });
    });
  });
  EXPECT_TRUE(ended);
}

TEST(loop_runner, another_loop_may_run_inside_a_task) {
  run_virtual([]() -> task<> {
    co_await sleep_for(5s);
    time_point inner = run_virtual([]() -> task<time_point> {
      co_await sleep_for(1s);
      co_return now();
    });
    EXPECT_EQ(inner, time_point(1s));
    EXPECT_EQ(now(), time_point(5s));
    co_await sleep_for(1s);
    EXPECT_EQ(now(), time_point(6s));
  });
}

TEST(loop_runner_death, the_same_loop_may_not) {
  auto misuse = []() -> task<> {
    loop_runner::run(loop::current(), []() -> task<> { co_return; }());
    co_return;
  };
  EXPECT_DEATH(run_virtual(misuse), "a loop is not run by its own tasks");
}

TEST(deadlock, a_wait_that_nothing_can_end_is_an_error_with_the_tree) {
  auto wait_for_ever = [](event& flag) -> task<> { co_await flag.wait(); };
  std::string text = deadlock_of([&]() -> task<> {
    event flag;
    co_await with_group([&](task_group& group) {
      group.spawn(wait_for_ever, std::ref(flag)).set_name("poor one");
    });
  });
  EXPECT_TRUE(has(text, "nothing can wake them")) << text;
  EXPECT_TRUE(has(text, "waiting for end of 1 children")) << text;
  EXPECT_TRUE(has(text, "poor one: waiting for event")) << text;
  EXPECT_TRUE(has(text, "loop_runner_test.cpp")) << text;
}

TEST(deadlock, the_tasks_are_cancelled_and_clean_up) {
  int cleaned = 0;
  std::string text = deadlock_of([&]() -> task<> {
    event flag;
    auto clean = [&]() -> task<> {
      co_await sleep_for(1s);
      ++cleaned;
    };
    auto waiter = [&]() -> task<> { co_await finally(to_task(flag.wait()), clean()); };
    co_await with_group([&](task_group& group) {
      group.spawn(waiter);
      group.spawn(waiter);
    });
  });
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(cleaned, 2);
}

TEST(deadlock, shields_do_not_stop_the_clean_up) {
  std::string text = deadlock_of([]() -> task<> {
    event flag;
    co_await shield(flag.wait());
  });
  EXPECT_TRUE(has(text, "waiting for event")) << text;
}

TEST(deadlock, a_time_out_is_no_deadlock) {
  run_virtual([]() -> task<> {
    event flag;
    bool came = co_await move_on_after(1h, flag.wait());
    EXPECT_FALSE(came);
  });
}

TEST(deadlock, a_cycle_of_mutexes_is_shown) {
  std::string text = deadlock_of([]() -> task<> {
    mutex first, second;
    auto take_both = [](mutex& one, mutex& other) -> task<> {
      auto outer = co_await one.scoped_lock();
      co_await yield_now();
      auto inner = co_await other.scoped_lock();
    };
    co_await with_group([&](task_group& group) {
      group.spawn(take_both, std::ref(first), std::ref(second)).set_name("left");
      group.spawn(take_both, std::ref(second), std::ref(first)).set_name("right");
    });
  });
  EXPECT_TRUE(has(text, "#2 left: waiting for lock of mutex, 0.000 s, held by #3 right")) << text;
  EXPECT_TRUE(has(text, "#3 right: waiting for lock of mutex, 0.000 s, held by #2 left")) << text;
  EXPECT_TRUE(has(text, "cycle: #2 left waits for #3 right waits for #2 left")) << text;
}

TEST(deadlock, a_completion_that_no_thread_can_set_on_virtual_time_is_an_error_that_says_so) {
  std::string text = deadlock_of([]() -> task<> {
    completion<> never_set;
    co_await never_set.wait();
  });
  EXPECT_TRUE(has(text, "waits for another thread, which cannot act on virtual time")) << text;
}

}  // namespace
