// run: a program's main task, its end, and signals that ask for it.
#include "pirn/run/run.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/core/sleep.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/io/file.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

using action = void (*)(int);

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
task<> signalled_main(int number) {
  std::raise(number);
  co_await sleep_for(10s);
}
task<> interrupted_main() {
  return signalled_main(SIGINT);
}

action present_action(int number) {
  struct sigaction now{};
  sigaction(number, nullptr, &now);
  return now.sa_handler;
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

TEST_P(run_test, sigterm_does_the_same_and_run_says_which_it_was) {
  for (int number : {SIGINT, SIGTERM}) {
    bool cleaned = false;
    auto tidy = [&]() -> task<> {
      co_await sleep_for(2ms);
      cleaned = true;
    };
    auto body = [&]() -> task<> { return finally(signalled_main(number), tidy()); };
    int came = 0;
    try {
      run({.driver = GetParam()}, body);
    } catch (const ended_by_signal& asked) {
      came = asked.number();
    }
    EXPECT_EQ(came, number);
    EXPECT_TRUE(cleaned);
  }
}

TEST_P(run_test, after_a_signal_the_action_is_the_default_again) {
  for (int number : {SIGINT, SIGTERM}) {
    EXPECT_THROW(run({.driver = GetParam()}, signalled_main, number), interrupted);
    EXPECT_EQ(present_action(SIGINT), SIG_DFL);
    EXPECT_EQ(present_action(SIGTERM), SIG_DFL);
  }
}

TEST_P(run_test, what_the_program_ignores_or_handles_itself_is_left_alone) {
  auto goes_on = []() -> task<> {
    std::raise(SIGTERM);
    co_await sleep_for(1ms);
  };
  for (action own : {SIG_IGN, action([](int) {})}) {
    std::signal(SIGTERM, own);
    EXPECT_NO_THROW(run({.driver = GetParam()}, goes_on));
    EXPECT_EQ(present_action(SIGTERM), own);
  }
  std::signal(SIGTERM, SIG_DFL);
}

TEST_P(run_test, one_signal_cancels_the_runs_of_all_threads) {
  if (is_virtual()) return;  // virtual time waits for no thread
  std::latch both_run(2);
  std::atomic<int> ended = 0;
  auto main = [&](bool raises) -> task<> {
    co_await to_thread([&] { both_run.arrive_and_wait(); });
    if (raises) std::raise(SIGTERM);
    co_await sleep_for(1h);
  };
  auto run_here = [&](bool raises) {
    try {
      run({.driver = GetParam()}, main, raises);
    } catch (const ended_by_signal&) {
      ++ended;
    }
  };
  {
    std::jthread other(run_here, false);
    run_here(true);
  }
  EXPECT_EQ(ended, 2);
}

// As libraries do that fork without exec: the child has the handler, but no loop that runs.
TEST_P(run_test, in_a_forked_child_signals_do_what_they_did_before) {
  on_loop([]() -> task<> {
    for (int number : {SIGINT, SIGTERM}) {
      const pid_t child = ::fork();
      if (child == 0) {
        std::raise(number);
        ::_exit(0);
      }
      int status = 0;
      EXPECT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFSIGNALED(status)) << status;
      EXPECT_EQ(WTERMSIG(status), number);
    }
    co_await sleep_for(1ms);  // nothing is cancelled here
  });
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

TEST_P(run_test, a_second_signal_of_the_other_kind_ends_it_too) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto stubborn = []() -> task<> {
    std::raise(SIGINT);
    std::raise(SIGTERM);
    co_return;
  };
  EXPECT_EXIT(run({.driver = GetParam()}, stubborn), ::testing::KilledBySignal(SIGTERM), "");
}

TEST_P(run_test, sigterm_can_be_left_alone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const run_options options{.driver = GetParam(), .handle_sigterm = false};
  EXPECT_EXIT(run(options, signalled_main, SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
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
  EXPECT_EQ(status_of([] { return signalled_main(SIGTERM); }), 143);
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
