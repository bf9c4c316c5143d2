// workers: one main task on several loops.
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/platform/affinity.hpp"
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

TEST_P(workers_test, a_signal_cancels_all_and_run_says_interrupted) {
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
        std::raise(SIGTERM);
      }
      co_await sleep_for(1h);
    };
    co_await finally(waits(), counted());
  };
  EXPECT_THROW(run(four(), main), interrupted);
  EXPECT_EQ(cleaned.load(), 4);
}

TEST_P(workers_test, a_worker_argument_tells_which_it_is) {
  std::mutex mutex;
  std::multiset<std::string> told;
  auto main = [&](worker me, std::string text) -> task<> {
    std::lock_guard lock(mutex);
    told.insert(text + std::to_string(me.index()) + " of " + std::to_string(me.count()));
    EXPECT_TRUE(me.peer(me.index()).is_here());
    co_return;
  };
  run(four(), main, std::string("#"));
  EXPECT_EQ(told, (std::multiset<std::string>{"#0 of 4", "#1 of 4", "#2 of 4", "#3 of 4"}));
  told.clear();
  run({.driver = GetParam()}, main, std::string("alone "));
  EXPECT_EQ(told, (std::multiset<std::string>{"alone 0 of 1"}));
}

TEST_P(workers_test, a_loop_can_be_reached_after_its_main_task_until_all_have_ended) {
  std::atomic<unsigned> answers = 0;
  auto main = [&](worker me) -> task<> {
    if (me.index() != 0) co_return;
    for (unsigned i = 1; i < me.count(); ++i) {
      completion<> answered;
      const bool posted = me.peer(i).post([&] { answered.set_value(); });
      EXPECT_TRUE(posted);
      if (posted) co_await answered.wait();
      ++answers;
    }
  };
  run(four(), main);
  EXPECT_EQ(answers.load(), 3U);
}

TEST_P(workers_test, one_can_cancel_all_and_run_returns) {
  for (unsigned workers : {1U, 3U}) {
    std::atomic<unsigned> cleaned = 0;
    auto main = [&](worker me) -> task<> {
      auto counted = [&]() -> task<> {
        ++cleaned;
        co_return;
      };
      if (me.index() + 1 == me.count()) me.cancel_all();
      co_await finally(to_task(sleep_for(1h)), counted());
    };
    run({.driver = GetParam(), .workers = workers}, main);
    EXPECT_EQ(cleaned.load(), workers);
  }
}

TEST_P(workers_test, each_is_kept_on_a_processor_of_its_own) {
  const std::vector<unsigned> before = allowed_processors();
  std::mutex mutex;
  std::multiset<unsigned> taken;
  std::vector<unsigned> pools_processors;
  auto main = [&](worker me) -> task<> {
    const std::vector<unsigned> mine = allowed_processors();
    std::vector<unsigned> pools = co_await to_thread(allowed_processors);
    std::lock_guard lock(mutex);
    EXPECT_EQ(mine.size(), 1U);
    EXPECT_EQ(mine.front(), before[me.index() % before.size()]);
    taken.insert(mine.front());
    pools_processors = std::move(pools);
  };
  run(four(), main);
  EXPECT_EQ(taken.size(), 4U);
  EXPECT_EQ(pools_processors, before) << "threads for blocking calls are not pinned";
  EXPECT_EQ(allowed_processors(), before) << "the pin ends with the run";
}

TEST_P(workers_test, the_pins_can_be_left_out) {
  const std::vector<unsigned> before = allowed_processors();
  std::atomic<int> unpinned = 0;
  auto main = [&]() -> task<> {
    if (allowed_processors() == before) ++unpinned;
    co_return;
  };
  run_options options = four();
  options.pin_workers = false;
  run(options, main);
  EXPECT_EQ(unpinned.load(), 4);
}

// The first loop is not called deadlocked while it waits for the others, so it is not the one here.
TEST_P(workers_test, a_deadlock_of_one_cancels_the_others_and_is_thrown) {
  const std::thread::id first = std::this_thread::get_id();
  std::atomic<bool> chosen = false;
  std::atomic<int> cleaned = 0;
  auto main = [&]() -> task<> {
    event never_set;
    const bool deadlocked = std::this_thread::get_id() != first && !chosen.exchange(true);
    if (deadlocked) co_await never_set.wait();
    auto counted = [&]() -> task<> {
      ++cleaned;
      co_return;
    };
    co_await finally(to_task(sleep_for(1h)), counted());
  };
  std::string message;
  try {
    run(four(), main);
  } catch (const exception_group& group) {
    message = describe_exception(group.exceptions().front());
  }
  EXPECT_NE(message.find("deadlock"), std::string::npos) << message;
  EXPECT_EQ(cleaned.load(), 3);
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
