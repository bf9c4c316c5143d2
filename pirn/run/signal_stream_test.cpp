// signal_stream: signals come to each stream that wants them, and the old action comes back.
#include "pirn/run/signal_stream.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <latch>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/gather.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

class signal_stream_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, signal_stream_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

using action = void (*)(int);

action present_action(int number) {
  struct sigaction now{};
  sigaction(number, nullptr, &now);
  return now.sa_handler;
}

/// The next signal of a stream.
task<int> one_of(signal_stream& from) {
  int number = co_await from.next();
  co_return number;
}

/// The next `count` signals of a stream.
task<std::vector<int>> take(signal_stream& from, std::size_t count) {
  std::vector<int> taken;
  while (taken.size() < count) {
    int number = co_await from.next();
    taken.push_back(number);
  }
  co_return taken;
}

TEST_P(signal_stream_test, a_signal_that_came_before_is_given_at_once) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGHUP);
    std::raise(SIGHUP);
    int number = co_await signals.next();
    EXPECT_EQ(number, SIGHUP);
  });
}

TEST_P(signal_stream_test, each_is_given_as_often_as_it_came) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1, SIGUSR2);
    for (int number : {SIGUSR2, SIGUSR1, SIGUSR2}) std::raise(number);
    std::vector<int> taken = co_await take(signals, 3);
    EXPECT_EQ(taken, (std::vector{SIGUSR1, SIGUSR2, SIGUSR2}));
    auto more = co_await move_on_after(1ms, signals.next());
    EXPECT_FALSE(more.has_value());
  });
}

TEST_P(signal_stream_test, a_kind_that_is_named_twice_is_one_kind) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1, SIGUSR1);
    EXPECT_EQ(signals.next().describe(), "SIGUSR1");
    std::raise(SIGUSR1);
    int number = co_await signals.next();
    EXPECT_EQ(number, SIGUSR1);
    auto more = co_await move_on_after(1ms, signals.next());
    EXPECT_FALSE(more.has_value());
  });
}

TEST_P(signal_stream_test, a_waiting_task_is_woken) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGTERM);
    auto raise = []() -> task<> {
      co_await sleep_for(1ms);
      std::raise(SIGTERM);
    };
    auto [number, raised] = co_await gather(one_of(signals), raise());
    EXPECT_EQ(number, SIGTERM);
  });
}

TEST_P(signal_stream_test, a_signal_from_another_thread_is_no_deadlock) {
  if (is_virtual()) return;  // virtual time waits for no thread
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1);
    std::jthread other([] { kill(getpid(), SIGUSR1); });
    int number = co_await signals.next();
    EXPECT_EQ(number, SIGUSR1);
  });
}

TEST_P(signal_stream_test, several_streams_get_each_signal) {
  on_loop([]() -> task<> {
    signal_stream one(SIGHUP);
    signal_stream other(SIGTERM, SIGHUP);
    std::raise(SIGHUP);
    auto [first, second] = co_await gather(one_of(one), one_of(other));
    EXPECT_EQ(first, SIGHUP);
    EXPECT_EQ(second, SIGHUP);
  });
}

TEST_P(signal_stream_test, of_two_tasks_that_wait_at_one_stream_each_gets_one) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1, SIGUSR2);
    auto raise = []() -> task<> {
      std::raise(SIGUSR1);
      std::raise(SIGUSR2);
      co_return;
    };
    auto [first, second, raised] = co_await gather(one_of(signals), one_of(signals), raise());
    EXPECT_EQ(first + second, SIGUSR1 + SIGUSR2);
  });
}

TEST_P(signal_stream_test, the_old_action_comes_back_with_the_last_stream) {
  const action before = std::signal(SIGHUP, SIG_IGN);
  on_loop([]() -> task<> {
    signal_stream one(SIGHUP);
    {
      signal_stream other(SIGHUP);
      EXPECT_NE(present_action(SIGHUP), SIG_IGN);
    }
    EXPECT_NE(present_action(SIGHUP), SIG_IGN);
    co_return;
  });
  EXPECT_EQ(present_action(SIGHUP), SIG_IGN);
  std::signal(SIGHUP, before);
}

TEST_P(signal_stream_test, an_action_that_the_program_set_meanwhile_stays) {
  const action before = present_action(SIGHUP);
  on_loop([]() -> task<> {
    signal_stream signals(SIGHUP);
    std::signal(SIGHUP, SIG_IGN);
    co_return;
  });
  EXPECT_EQ(present_action(SIGHUP), SIG_IGN);
  std::signal(SIGHUP, before);
}

TEST_P(signal_stream_test, what_ends_a_run_is_the_streams_while_it_lives_and_ends_it_afterwards) {
  for (const int asks_to_end : {SIGINT, SIGTERM}) {
    auto first_for_itself = [asks_to_end]() -> task<> {
      {
        signal_stream signals(asks_to_end);
        std::raise(asks_to_end);
        int number = co_await signals.next();
        EXPECT_EQ(number, asks_to_end);
        co_await sleep_for(1ms);  // nothing is cancelled
      }
      std::raise(asks_to_end);
      co_await sleep_for(10s);
    };
    EXPECT_THROW(run({.driver = GetParam()}, first_for_itself), interrupted);
    EXPECT_EQ(present_action(asks_to_end), SIG_DFL);
  }
}

TEST_P(signal_stream_test, it_gets_what_the_program_had_begun_to_ignore) {
  on_loop([]() -> task<> {
    std::signal(SIGTERM, SIG_IGN);
    signal_stream signals(SIGTERM);
    std::raise(SIGTERM);
    int number = co_await signals.next();
    EXPECT_EQ(number, SIGTERM);
  });
  EXPECT_EQ(present_action(SIGTERM), SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
}

TEST_P(signal_stream_test, in_a_forked_child_signals_do_what_they_did_before) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1);
    const pid_t child = ::fork();
    if (child == 0) {
      std::raise(SIGUSR1);
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    auto none = co_await move_on_after(1ms, signals.next());
    EXPECT_FALSE(none.has_value());
  });
}

TEST_P(signal_stream_test, one_that_outlives_another_loops_run_leaves_ctrl_c_to_the_next) {
  std::latch other_runs(1);
  std::latch other_may_end(1);
  std::thread other([&] {
    run([&]() -> task<> {
      co_await to_thread([&] {
        other_runs.count_down();
        other_may_end.wait();
      });
    });
  });
  other_runs.wait();
  auto outlives = [&]() -> task<> {
    signal_stream signals(SIGINT);
    other_may_end.count_down();
    other.join();
    co_return;
  };
  run({.driver = GetParam()}, outlives);
  auto is_interrupted = []() -> task<> {
    std::raise(SIGINT);
    co_await sleep_for(10s);
  };
  EXPECT_THROW(run({.driver = GetParam()}, is_interrupted), interrupted);
  EXPECT_EQ(present_action(SIGINT), SIG_DFL);
}

TEST_P(signal_stream_test, a_cancelled_wait_loses_nothing) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1);
    auto none = co_await move_on_after(1ms, signals.next());
    EXPECT_FALSE(none.has_value());
    std::raise(SIGUSR1);
    int number = co_await signals.next();
    EXPECT_EQ(number, SIGUSR1);
  });
}

TEST_P(signal_stream_test, select_takes_a_signal_or_leaves_it) {
  on_loop([]() -> task<> {
    signal_stream signals(SIGUSR1);
    event stop;
    stop.set();
    signal_wait next = signals.next();
    auto stopping = stop.wait();
    auto which = co_await select(stopping, next);
    EXPECT_EQ(which.index(), 0U);
    std::raise(SIGUSR1);
    stop.clear();
    auto then = co_await select(stopping, next);
    EXPECT_EQ(then.index(), 1U);
  });
}

TEST(signal_stream, every_await_can_be_cancelled) {
  pirn::testing::cancel_each_await([]() -> task<> {
    signal_stream signals(SIGUSR1, SIGUSR2);
    std::raise(SIGUSR2);
    int first = co_await signals.next();
    EXPECT_EQ(first, SIGUSR2);
    auto raise = []() -> task<> {
      co_await sleep_for(1ms);
      std::raise(SIGUSR1);
    };
    auto [second, raised] = co_await gather(one_of(signals), raise());
    EXPECT_EQ(second, SIGUSR1);
  });
}

TEST(signal_stream, what_cannot_be_waited_for_is_refused) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    EXPECT_THROW(signal_stream{SIGSEGV}, std::invalid_argument);
    EXPECT_THROW(signal_stream{0}, std::invalid_argument);
    const action before = present_action(SIGUSR1);
    try {
      signal_stream signals(SIGUSR1, SIGKILL);
      ADD_FAILURE() << "a stream of SIGKILL";
    } catch (const std::system_error& error) {
      EXPECT_STREQ(error.what(), "handle SIGKILL: Invalid argument");
    }
    EXPECT_EQ(present_action(SIGUSR1), before);
    co_return;
  });
}

TEST(signal_stream, its_wait_says_for_which_signals) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    signal_stream signals(SIGHUP, SIGTERM);
    EXPECT_EQ(signals.next().describe(), "SIGHUP or SIGTERM");
    co_return;
  });
}

// Streams come and go while signals arrive on other threads.
TEST(signal_stream, none_is_told_after_its_end) {
  std::atomic<bool> done = false;
  signal(SIGUSR2, SIG_IGN);
  std::jthread raiser([&] {
    while (!done.load()) kill(getpid(), SIGUSR2);
  });
  const scope_exit enough([&] { done = true; });  // also when the run throws
  run({.driver = driver_choice::epoll}, []() -> task<> {
    for (int round = 0; round < 200; ++round) {
      signal_stream signals(SIGUSR2);
      int number = co_await signals.next();
      EXPECT_EQ(number, SIGUSR2);
    }
  });
  done = true;
  raiser.join();
  signal(SIGUSR2, SIG_DFL);
}

}  // namespace
