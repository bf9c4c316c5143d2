// run: a program's main task, its end, and Ctrl-C.
#include "pirn/run/run.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/io/file.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

class run_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, run_test, pirn::testing::on_each(), pirn::testing::driver_name);

task<int> add(int a, int b) {
  co_await sleep_for(1ms);
  co_return a + b;
}
task<> fail() {
  co_await sleep_for(1ms);
  throw std::runtime_error("a mistake");
}
task<> interrupted_main() {
  std::raise(SIGINT);
  co_await sleep_for(10s);
}

TEST_P(run_test, gives_the_value_of_the_task) {
  EXPECT_EQ(run({.driver = GetParam()}, add, 40, 2), 42);
}

TEST_P(run_test, throws_what_the_task_throws) {
  EXPECT_THROW(run({.driver = GetParam()}, fail), std::runtime_error);
}

TEST_P(run_test, a_runtime_runs_one_main_task_after_another) {
  runtime running({.driver = GetParam()});
  EXPECT_EQ(running.run(add(1, 2)), 3);
  EXPECT_THROW(running.run(fail()), std::runtime_error);
  EXPECT_EQ(running.run(add(3, 4)), 7);
}

TEST_P(run_test, sigint_cancels_the_task_which_cleans_up_and_run_says_interrupted) {
  bool cleaned = false;
  auto tidy = [&]() -> task<> {
    co_await sleep_for(2ms);
    cleaned = true;
  };
  auto body = [&]() -> task<> { return finally(interrupted_main(), tidy()); };
  EXPECT_THROW(run({.driver = GetParam()}, body), interrupted);
  EXPECT_TRUE(cleaned);
}

TEST_P(run_test, after_sigint_the_handler_is_the_default_again) {
  EXPECT_THROW(run({.driver = GetParam()}, interrupted_main), interrupted);
  struct sigaction now{};
  sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_P(run_test, a_second_sigint_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto stubborn = []() -> task<> {
    std::raise(SIGINT);
    std::raise(SIGINT);
    co_return;
  };
  EXPECT_EXIT(run({.driver = GetParam()}, stubborn), ::testing::KilledBySignal(SIGINT), "");
}

TEST_P(run_test, a_task_that_nothing_can_wake_is_a_deadlock_with_its_tree) {
  auto waits = []() -> task<> {
    event never_set;
    co_await never_set.wait();
  };
  std::string message;
  try {
    run({.driver = GetParam()}, waits);
  } catch (const deadlock_error& error) {
    message = error.what();
  }
  EXPECT_TRUE(message.starts_with("deadlock: tasks wait")) << message;
  EXPECT_NE(message.find("event"), std::string::npos) << message;
}

TEST_P(run_test, a_runtime_whose_main_task_sigint_ended_runs_another) {
  runtime running({.driver = GetParam()});
  EXPECT_THROW(running.run(interrupted_main()), interrupted);
  EXPECT_EQ(running.run(add(1, 2)), 3);
}

TEST(run, on_virtual_time_blocking_calls_and_files_take_the_delay_that_was_asked_for) {
  const std::thread::id here = std::this_thread::get_id();
  for (duration delay : {duration::zero(), duration(30ms)}) {
    run({.driver = driver_choice::virtual_time, .blocking_delay = delay}, [&]() -> task<> {
      const time_point start = now();
      std::thread::id called_on = co_await to_thread([] { return std::this_thread::get_id(); });
      EXPECT_EQ(called_on, here);
      EXPECT_EQ(now() - start, delay);
      co_await io::status("/");
      EXPECT_EQ(now() - start, 2 * delay);
    });
  }
}

/// The environment's PIRN_DRIVER, for as long as it lives.
class driver_variable {
 public:
  explicit driver_variable(const char* value) {
    if (const char* before = std::getenv("PIRN_DRIVER")) before_ = before;
    setenv("PIRN_DRIVER", value, 1);
  }
  driver_variable(driver_variable&&) = delete;  // restores once
  ~driver_variable() {
    if (before_.empty()) {
      unsetenv("PIRN_DRIVER");
    } else {
      setenv("PIRN_DRIVER", before_.c_str(), 1);
    }
  }

 private:
  std::string before_;
};

TEST(run, the_environment_chooses_the_driver) {
  driver_variable chosen("virtual");
  EXPECT_TRUE(runtime().driver().is_virtual());
  driver_variable other("epoll");
  EXPECT_EQ(runtime().driver().name(), "epoll");
}

TEST(run, an_unknown_driver_is_an_error_that_lists_the_known) {
  driver_variable chosen("kqueue");
  std::string message;
  try {
    runtime running;
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "PIRN_DRIVER is 'kqueue'; it may be io_uring, epoll or virtual");
}

int status_of(auto fn) {
  char name[] = "/usr/bin/program";
  char first[] = "one";
  char* argv[] = {name, first, nullptr};
  return run_main(fn, 2, argv);
}

TEST(run_main, turns_ends_into_exit_statuses) {
  EXPECT_EQ(status_of([]() -> task<> { co_return; }), 0);
  EXPECT_EQ(status_of([]() -> task<int> { co_return 7; }), 7);
  EXPECT_EQ(status_of(interrupted_main), 130);
  EXPECT_EQ(status_of([](std::vector<std::string_view> arguments) -> task<int> {
              co_return arguments.size() == 1 && arguments[0] == "one" ? 5 : 6;
            }),
            5);
}

TEST(run_main, runs_on_as_many_loops_as_it_is_told) {
  char name[] = "program";
  char* argv[] = {name, nullptr};
  std::atomic<int> runs{0};
  auto count = [&runs](const worker& me) -> task<> {
    EXPECT_EQ(me.count(), 2U);
    ++runs;
    co_return;
  };
  EXPECT_EQ(run_main({.workers = 2}, count, 1, argv), 0);
  EXPECT_EQ(runs, 2);
}

TEST(run_main, a_failure_is_one_line_with_the_programs_name) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(status_of(fail), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "program: a mistake\n");
}

}  // namespace
