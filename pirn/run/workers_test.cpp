// workers: one main task on several loops.
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/core/exception_group.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/run/run.hpp"
#include "pirn/sync/event.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

class workers_test : public ::testing::TestWithParam<driver_choice> {
 protected:
  run_options four() const { return {.driver = GetParam(), .workers = 4}; }
};
INSTANTIATE_TEST_SUITE_P(drivers, workers_test,
                         ::testing::Values(driver_choice::epoll, driver_choice::io_uring),
                         [](const auto& chosen) {
                           return chosen.param == driver_choice::epoll ? "epoll" : "io_uring";
                         });

/// Where threads wait for each other: who arrives last lets them all go.
class meeting {
 public:
  explicit meeting(int expected) : missing_(expected) {}
  void arrive() { missing_.fetch_sub(1); }
  bool all_there() const { return missing_.load() <= 0; }

 private:
  std::atomic<int> missing_;
};

TEST_P(workers_test, each_runs_the_main_task_on_a_thread_and_a_loop_of_its_own) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::set<loop*> loops;
  meeting all(4);  // so that no loop ends, and no address comes back, before the last began
  auto main = [&]() -> task<> {
    {
      std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      loops.insert(&loop::current());
    }
    all.arrive();
    while (!all.all_there()) co_await sleep_for(1ms);
  };
  run(four(), main);
  EXPECT_EQ(threads.size(), 4U);
  EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
  EXPECT_EQ(loops.size(), 4U);
}

TEST_P(workers_test, each_has_copies_of_the_arguments) {
  std::atomic<int> lengths = 0;
  auto main = [&](std::string text) -> task<> {
    text += "!";
    lengths += static_cast<int>(text.size());
    co_return;
  };
  run(four(), main, std::string("four"));
  EXPECT_EQ(lengths.load(), 20);
}

TEST_P(workers_test, a_failure_of_one_cancels_the_others_and_is_thrown) {
  meeting waiting(3);
  std::atomic<int> turn = 0;
  std::atomic<int> cleaned = 0;
  auto main = [&]() -> task<> {
    if (turn.fetch_add(1) == 3) {
      while (!waiting.all_there()) co_await sleep_for(1ms);
      throw std::runtime_error("a mistake");
    }
    event never_set;
    auto counted = [&]() -> task<> {
      ++cleaned;
      co_return;
    };
    auto waits = [&]() -> task<> {
      waiting.arrive();
      co_await sleep_for(1h);
    };
    co_await finally(waits(), counted());
  };
  std::string message;
  try {
    run(four(), main);
  } catch (const exception_group& group) {
    ASSERT_EQ(group.exceptions().size(), 1U);
    message = describe_exception(group.exceptions().front());
  }
  EXPECT_EQ(message, "a mistake");
  EXPECT_EQ(cleaned.load(), 3);
}

TEST_P(workers_test, sigint_cancels_all_and_run_says_interrupted) {
  meeting waiting(4);
  std::atomic<int> cleaned = 0;
  const std::thread::id first = std::this_thread::get_id();
  auto main = [&]() -> task<> {
    auto counted = [&]() -> task<> {
      ++cleaned;
      co_return;
    };
    auto waits = [&]() -> task<> {
      waiting.arrive();
      if (std::this_thread::get_id() == first) {
        while (!waiting.all_there()) co_await sleep_for(1ms);
        std::raise(SIGINT);
      }
      co_await sleep_for(1h);
    };
    co_await finally(waits(), counted());
  };
  EXPECT_THROW(run(four(), main), interrupted);
  EXPECT_EQ(cleaned.load(), 4);
}

std::string refusal(auto call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "not refused";
}

TEST(workers, what_cannot_run_on_several_is_refused_with_the_reason) {
  auto nothing = []() -> task<> { co_return; };
  auto value = []() -> task<int> { co_return 1; };
  auto owner = [](std::unique_ptr<int>) -> task<> { co_return; };
  EXPECT_EQ(refusal([&] { run({.driver = driver_choice::virtual_time, .workers = 2}, nothing); }),
            "run on several workers: virtual time has one loop");
  EXPECT_EQ(refusal([&] { run({.workers = 2}, value); }),
            "run on several workers: the main task must be a task<>");
  EXPECT_EQ(refusal([&] { run({.workers = 2}, owner, std::make_unique<int>(1)); }),
            "run on several workers: the callable and its arguments must be copyable");
}

}  // namespace
