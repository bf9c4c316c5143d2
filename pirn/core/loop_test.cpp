// loop: turns and polls, order, budgets, posts, what it reports.
#include "pirn/core/loop.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

task<> returns_at_once() {
  co_return;
}

TEST(loop, a_turn_resumes_what_was_ready_when_it_began) {
  run_virtual([]() -> task<> {
    std::string trace;
    co_await with_group([&](task_group& group) {
      group.spawn([&]() -> task<> {
        trace += 'a';
        group.spawn([&] { trace += 'c'; });
        co_await yield_now();
        trace += 'd';
      });
      group.spawn([&] { trace += 'b'; });
    });
    EXPECT_EQ(trace, "abcd");
  });
}

TEST(loop, time_stands_still_between_polls) {
  run_virtual([]() -> task<> {
    co_await sleep_for(1s);
    const time_point before = now();
    for (int i = 0; i < 50; ++i) co_await yield_now();
    EXPECT_EQ(now(), before);
  });
}

TEST(loop, a_busy_task_does_not_starve_timers) {
  run_virtual([]() -> task<> {
    bool timer_came = false;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(0s);
        timer_came = true;
      });
      int turns = 0;
      while (!timer_came) {
        co_await yield_now();
        ++turns;
      }
      EXPECT_LE(turns, 66);
    });
  });
}

TEST(loop, many_ready_tasks_do_not_starve_timers) {
  run_virtual([]() -> task<> {
    bool timer_came = false;
    int resumes = 0;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(0s);
        timer_came = true;
      });
      for (int i = 0; i < 1000; ++i) {
        group.spawn([&]() -> task<> {
          while (!timer_came) {
            ++resumes;
            co_await yield_now();
          }
        });
      }
      co_return;
    });
    EXPECT_LE(resumes, 5000);
  });
}

TEST(loop, a_task_that_never_suspends_lets_others_run) {
  run_virtual([]() -> task<> {
    completion<int> there;
    there.set_value(1);
    bool other_ran = false;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&] { other_ran = true; });
      int awaits = 0;
      while (!other_ran) {
        int& one = co_await there.wait();
        awaits += one;
      }
      EXPECT_EQ(awaits, 128);
    });
  });
}

TEST(loop, the_budget_is_renewed_at_each_resumption) {
  run_virtual([]() -> task<> {
    completion<> there;
    there.set_value();
    int others = 0;
    co_await with_group([&](task_group& group) -> task<> {
      auto other = group.spawn([&]() -> task<> {
        while (true) {
          ++others;
          co_await yield_now();
        }
      });
      co_await yield_now();
      for (int round = 0; round < 5; ++round) {
        const int before = others;
        for (int i = 0; i < 127; ++i) co_await there.wait();
        EXPECT_EQ(others, before);
        co_await yield_now();
      }
      other.cancel();
    });
  });
}

TEST(loop, a_posted_function_runs_on_the_loops_thread_between_the_tasks) {
  run_virtual([]() -> task<> {
    strings trace;
    const auto home = std::this_thread::get_id();
    loop::current().post([&] {
      EXPECT_EQ(std::this_thread::get_id(), home);
      EXPECT_EQ(loop::current().current_task(), nullptr);
      trace.push_back("posted");
    });
    trace.push_back("posting");
    co_await yield_now();
    EXPECT_EQ(trace, (strings{"posting", "posted"}));
  });
}

TEST(loop, a_posted_function_that_was_not_called_is_dropped_with_the_loop) {
  auto value = std::make_shared<int>(1);
  {
    virtual_driver driver;
    loop home(driver);
    home.post([value] { FAIL() << "called after the end"; });
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(loop, run_ready_does_what_can_be_done_now) {
  virtual_driver driver;
  loop home(driver);
  bool posted = false;
  home.post([&] { posted = true; });
  home.run_ready();
  EXPECT_TRUE(posted);
  EXPECT_EQ(home.now(), time_point());
}

TEST(loop, run_ready_shows_the_present_moment_from_its_first_turn_on) {
  virtual_driver driver;
  loop home(driver);
  time_point seen{};
  auto look = [](time_point* at) -> task<> {
    *at = now();
    co_return;
  };
  task<> work = look(&seen);
  task_record& record = task_record::make(home, home.root(), work.frame());
  work.release().promise().become_root(record);  // it frees itself at its end
  home.make_ready(record);
  driver.poll(time_point{} + 3s);  // time passes while the loop is not looked at
  home.run_ready();
  EXPECT_EQ(seen, time_point{} + 3s);
}

TEST(loop, entries_nest) {
  EXPECT_EQ(loop::current_or_null(), nullptr);
  virtual_driver driver;
  loop first(driver);
  virtual_driver other_driver;
  loop second(other_driver);
  loop_entry outer(first);
  {
    loop_entry inner(second);
    EXPECT_EQ(&loop::current(), &second);
  }
  EXPECT_EQ(&loop::current(), &first);
}

// A busy program: tasks that start tasks, sleep, yield, wake and cancel one another.
task<> busy_program(random_source& random, int depth, std::vector<int>& trace) {
  co_await with_group([&](task_group& group) -> task<> {
    for (int i = 0; i < 6; ++i) {
      auto worker = group.spawn([&random, &trace, depth, i]() -> task<> {
        for (int step = 0; step < 4; ++step) {
          if (random.below(2) == 0) {
            co_await yield_now();
          } else {
            co_await sleep_for(std::chrono::milliseconds(random.below(5)));
          }
          trace.push_back(10 * depth + i);
        }
        if (depth > 0) co_await busy_program(random, depth - 1, trace);
      });
      if (random.below(4) == 0) worker.cancel();
      if (random.below(2) == 0) co_await yield_now();
    }
  });
}

struct run_result {
  std::uint64_t decisions;
  std::vector<int> trace;
};

run_result busy_run(std::uint64_t seed, bool shuffle) {
  virtual_driver driver(virtual_options{.seed = seed});
  loop home(driver, loop_options{.shuffle_seed = shuffle ? std::optional(seed) : std::nullopt,
                                 .record_decisions = true});
  random_source random(1);
  run_result result{};
  loop_entry entered(home);
  loop_runner::run(home, busy_program(random, 2, result.trace));
  result.decisions = home.decisions();
  return result;
}

TEST(loop, two_runs_of_a_program_decide_the_same) {
  run_result first = busy_run(1, false);
  run_result second = busy_run(1, false);
  EXPECT_NE(first.decisions, 0u);
  EXPECT_EQ(first.decisions, second.decisions);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_EQ(busy_run(2, false).decisions, first.decisions);  // the seed shuffles nothing here
}

TEST(loop, a_shuffled_run_is_repeated_by_its_seed) {
  run_result plain = busy_run(7, false);
  run_result first = busy_run(7, true);
  run_result second = busy_run(7, true);
  run_result other = busy_run(8, true);
  EXPECT_EQ(first.decisions, second.decisions);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_NE(first.decisions, plain.decisions);
  EXPECT_NE(first.decisions, other.decisions);
}

TEST(loop, shuffling_changes_the_order_of_what_is_ready_together) {
  auto order_under = [](std::uint64_t seed) {
    std::vector<int> order;
    run_virtual({.seed = seed, .shuffle = true}, [&]() -> task<> {
      co_await with_group([&](task_group& group) {
        for (int i = 0; i < 10; ++i) group.spawn([&order](int who) { order.push_back(who); }, i);
      });
    });
    return order;
  };
  std::vector<int> sorted = order_under(3);
  EXPECT_NE(order_under(3), order_under(4));
  std::ranges::sort(sorted);
  EXPECT_EQ(sorted, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(loop_death, only_a_simulation_shuffles) {
  auto misuse = [] {
    auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
    loop home(*driver, loop_options{.shuffle_seed = 1});
  };
  EXPECT_DEATH(misuse(), "only a simulation may shuffle");
}

// A loop in debug mode that keeps its warnings.
struct debugged_loop {
  explicit debugged_loop(loop_options options = {.debug = true}) : home(driver, options) {
    home.on_warning = [this](const std::string& text) { warnings.push_back(text); };
  }
  template <class Fn>
  void run(Fn fn) {
    loop_entry entered(home);
    loop_runner::run(home, fn());
  }
  virtual_driver driver;
  loop home;
  strings warnings;
};

TEST(debug_mode, a_task_that_is_never_awaited_is_reported_with_its_function) {
  debugged_loop debugged;
  debugged.run([]() -> task<> {
    static_cast<void>(returns_at_once());
    co_await returns_at_once();
  });
  ASSERT_EQ(debugged.warnings.size(), 1u);
  EXPECT_NE(debugged.warnings[0].find("task returns_at_once was never awaited"), std::string::npos)
      << debugged.warnings[0];
  EXPECT_NE(debugged.warnings[0].find("loop_test.cpp:"), std::string::npos);
}

TEST(debug_mode, a_task_that_holds_the_loop_is_reported_with_its_name_and_line) {
  debugged_loop debugged({.debug = true, .slow_limit = 1ms});
  unsigned line = 0;
  debugged.run([&]() -> task<> {
    task_record& me = co_await this_task_record{};
    me.set_name("slow one");
    line = __LINE__ + 1;
    co_await yield_now();
    const auto until = std::chrono::steady_clock::now() + 3ms;
    while (std::chrono::steady_clock::now() < until) {
    }
    co_await yield_now();
  });
  ASSERT_EQ(debugged.warnings.size(), 1u);
  EXPECT_TRUE(debugged.warnings[0].starts_with("task slow one held the loop for "))
      << debugged.warnings[0];
  EXPECT_TRUE(debugged.warnings[0].ends_with("loop_test.cpp:" + std::to_string(line)))
      << debugged.warnings[0];
}

TEST(debug_mode, a_program_without_mistakes_is_not_reported) {
  debugged_loop debugged;
  debugged.run([]() -> task<> {
    co_await with_group([](task_group& group) {
      for (int i = 0; i < 10; ++i) group.spawn(returns_at_once);
    });
  });
  EXPECT_TRUE(debugged.warnings.empty());
}

TEST(debug_mode, without_it_nothing_is_reported) {
  debugged_loop quiet(loop_options{});
  quiet.run([]() -> task<> {
    static_cast<void>(returns_at_once());
    co_return;
  });
  EXPECT_TRUE(quiet.warnings.empty());
}

}  // namespace
