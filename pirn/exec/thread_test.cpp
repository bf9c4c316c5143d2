// thread: it ends before its handle does, it stops when it is asked and looks, its error arrives.
#include "pirn/exec/thread.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/exception_group.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/platform/affinity.hpp"
#include "pirn/platform/thread_name.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using pirn::thread;

void fail() {
  throw std::runtime_error("a mistake");
}

void wait_for_stop() {
  pirn::this_thread::sleep_for(pirn::duration::max());
}

TEST(thread, runs_the_call_elsewhere_and_join_waits_for_it) {
  std::binary_semaphore gate{0};
  std::thread::id there;
  thread worker([&] {
    gate.acquire();
    there = std::this_thread::get_id();
  });
  EXPECT_FALSE(worker.done());
  gate.release();
  worker.join();
  EXPECT_TRUE(worker.done());
  EXPECT_NE(there, std::thread::id());
  EXPECT_NE(there, std::this_thread::get_id());
  worker.join();  // again: it has ended
}

TEST(thread, arguments_are_copied_or_moved_into_it) {
  std::string text = "given";
  std::string seen;
  auto both = [&seen](const std::string& copied, std::unique_ptr<int> moved) {
    seen = copied + std::to_string(*moved);
  };
  thread worker(both, text, std::make_unique<int>(42));
  text = "changed";
  worker.join();
  EXPECT_EQ(seen, "given42");
}

TEST(thread, references_are_asked_for_by_std_ref) {
  int number = 1;
  thread([](int& same) { same = 42; }, std::ref(number)).join();
  EXPECT_EQ(number, 42);
}

TEST(thread, a_member_function_is_as_good_as_a_function) {
  struct counter {
    int value = 0;
    void add(int number) { value += number; }
  } total;
  thread(&counter::add, &total, 42).join();
  EXPECT_EQ(total.value, 42);
}

TEST(thread, what_the_call_owns_is_destroyed_on_its_thread_before_join_returns) {
  auto owned = std::make_shared<int>(1);
  std::weak_ptr<int> watched = owned;
  thread worker([owned = std::move(owned)] { EXPECT_EQ(*owned, 1); });
  worker.join();
  EXPECT_TRUE(watched.expired());
}

TEST(thread_name_option, is_known_to_all_and_to_the_kernel_by_fifteen_bytes) {
  std::string inside;
  std::string in_the_kernel;
  thread worker({.name = "a name of some length"}, [&] {
    inside = pirn::this_thread::name();
    in_the_kernel = pirn::detail::thread_name();
  });
  EXPECT_EQ(worker.name(), "a name of some length");
  worker.join();
  EXPECT_EQ(inside, "a name of some length");
  EXPECT_EQ(in_the_kernel, "a name of some ");
}

TEST(thread_name_option, without_one_threads_are_numbered) {
  thread first([] {});
  thread second([] {});
  EXPECT_TRUE(first.name().starts_with("thread-"));
  EXPECT_EQ(std::stoi(second.name().substr(7)), std::stoi(first.name().substr(7)) + 1);
}

TEST(thread_name_option, a_thread_that_is_not_of_pirn_has_its_kernels_name) {
  std::string inside;
  std::thread([&] {
    pirn::detail::set_thread_name("foreign");
    inside = pirn::this_thread::name();
  }).join();
  EXPECT_EQ(inside, "foreign");
}

TEST(thread_stop, is_seen_by_code_that_asks_from_any_depth) {
  std::binary_semaphore begun{0};
  std::atomic<int> rounds = 0;
  thread worker([&] {
    begun.release();
    while (!pirn::this_thread::should_stop()) ++rounds;
  });
  begun.acquire();
  EXPECT_TRUE(worker.stop());
  EXPECT_FALSE(worker.stop());  // it was asked before
  worker.join();
  EXPECT_TRUE(worker.done());
}

TEST(thread_stop, a_call_that_takes_a_token_first_gets_it) {
  bool asked = false;
  thread worker(
      [&asked](std::stop_token stop, int rounds) {
        EXPECT_EQ(rounds, 3);
        std::mutex mutex;
        std::condition_variable_any condition;
        std::unique_lock lock(mutex);
        condition.wait(lock, stop, [] { return false; });
        asked = stop.stop_requested();
      },
      3);
  worker.stop();
  worker.join();
  EXPECT_TRUE(asked);
}

TEST(thread_stop, ends_a_sleep) {
  std::optional<bool> slept;
  thread worker([&] { slept = pirn::this_thread::sleep_for(1h); });
  worker.stop();
  worker.join();
  EXPECT_EQ(slept, false);
}

TEST(thread_stop, ends_a_wait_of_the_standard_library) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::optional<bool> came;
  thread worker([&] {
    std::unique_lock lock(mutex);
    came = condition.wait(lock, pirn::this_thread::stop_token(), [] { return false; });
  });
  worker.stop();
  worker.join();
  EXPECT_EQ(came, false);
}

TEST(thread_stop, before_a_sleep_there_is_none) {
  std::optional<bool> slept;
  std::binary_semaphore stopped{0};
  thread worker([&] {
    stopped.acquire();
    slept = pirn::this_thread::sleep_for(pirn::duration::max());
  });
  worker.stop();
  stopped.release();
  worker.join();
  EXPECT_EQ(slept, false);
}

TEST(thread_stop, calls_who_has_registered_with_the_token) {
  std::binary_semaphore told{0};
  thread worker(wait_for_stop);
  std::stop_callback callback(worker.stop_token(), [&] { told.release(); });
  worker.stop();
  told.acquire();
}

TEST(thread_stop, reaches_one_thread_only) {
  std::binary_semaphore gate{0};
  std::optional<bool> asked;
  thread other([&] {
    gate.acquire();
    asked = pirn::this_thread::should_stop();
  });
  thread worker(wait_for_stop);
  worker.stop();
  worker.join();
  gate.release();
  other.join();
  EXPECT_EQ(asked, false);
}

TEST(thread_stop, nobody_asks_a_thread_that_is_not_of_pirn) {
  EXPECT_FALSE(pirn::this_thread::should_stop());
  EXPECT_FALSE(pirn::this_thread::stop_token().stop_possible());
  EXPECT_TRUE(pirn::this_thread::sleep_for(1ns));
  EXPECT_TRUE(pirn::this_thread::sleep_for(-1h));
}

TEST(thread_end, destroying_the_handle_asks_to_stop_and_waits) {
  std::atomic<bool> ended = false;
  {
    thread worker([&] {
      wait_for_stop();
      ended = true;
    });
  }
  EXPECT_TRUE(ended);
}

TEST(thread_end, moving_hands_the_thread_over) {
  std::atomic<int> ended = 0;
  const auto work = [&] {
    wait_for_stop();
    ++ended;
  };
  std::vector<thread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back(work);
  all.front() = std::move(all.back());  // ends the first
  EXPECT_EQ(ended, 1);
  all.pop_back();
  EXPECT_EQ(ended, 1);
  all.clear();
  EXPECT_EQ(ended, 4);
}

TEST(thread_end, join_for_gives_up_after_its_limit) {
  thread worker(wait_for_stop);
  EXPECT_FALSE(worker.join_for(0s));
  EXPECT_FALSE(worker.join_for(1ms));
  EXPECT_FALSE(worker.done());
  worker.stop();
  EXPECT_TRUE(worker.join_for(pirn::duration::max()));
}

TEST(thread_failure, is_thrown_by_join_each_time) {
  thread worker(fail);
  for (int i = 0; i < 2; ++i) {
    try {
      worker.join();
      ADD_FAILURE() << "join() threw nothing";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "a mistake");
    }
  }
  EXPECT_THROW(worker.join_for(1h), std::runtime_error);
}

TEST(thread_failure, can_be_looked_at_without_being_thrown) {
  thread good([] {});
  EXPECT_EQ(good.failure(), nullptr);
  thread bad(fail);
  EXPECT_EQ(pirn::describe_exception(bad.failure()), "a mistake");
}  // seen: destroying it is in order

TEST(thread_failure, need_not_be_a_standard_exception) {
  thread worker([] { throw 42; });
  EXPECT_THROW(worker.join(), int);
}

TEST(thread_failure, of_several_is_a_group_after_all_have_ended) {
  std::atomic<bool> ended = false;
  std::vector<thread> all;
  all.emplace_back(fail);
  all.emplace_back([&] { ended = true; });
  all.emplace_back([] { throw std::domain_error("another"); });
  try {
    join_all(all);
    ADD_FAILURE() << "join_all() threw nothing";
  } catch (const pirn::exception_group& group) {
    ASSERT_EQ(group.exceptions().size(), 2U);
    EXPECT_EQ(pirn::describe_exception(group.exceptions()[0]), "a mistake");
    EXPECT_NE(group.find<std::domain_error>(), nullptr);
  }
  EXPECT_TRUE(ended);
}

TEST(thread_failure, join_all_of_good_threads_throws_nothing) {
  std::vector<thread> all;
  for (int i = 0; i < 3; ++i) all.emplace_back([] {});
  EXPECT_NO_THROW(join_all(all));
  EXPECT_NO_THROW(pirn::join_all({}));
}

TEST(thread_loop, joining_on_a_loops_own_thread_is_an_error_that_says_so) {
  pirn::run([]() -> pirn::task<> {
    thread worker(wait_for_stop);
    std::string message;
    try {
      worker.join();
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "thread::join() would block the loop of this thread: co_await to_thread()");
    EXPECT_THROW(worker.join_for(1h), std::logic_error);
    worker.stop();
    while (!worker.done()) co_await pirn::sleep_for(100us);
    worker.join();  // done: nothing blocks
  });
}

TEST(thread_death, a_failure_that_nobody_has_seen_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(thread worker(fail), "a mistake");
  EXPECT_DEATH(
      {
        thread worker(fail);
        worker = thread([] {});
      },
      "a mistake");
}

TEST(thread_death, misuse_is_an_assertion) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        thread first([] {});
        thread second(std::move(first));
        first.join();
      },
      "a thread that was moved from is used");
  EXPECT_DEATH(
      {
        std::optional<thread> self;
        std::binary_semaphore made{0};
        self.emplace([&] {
          made.acquire();
          self->join();
        });
        made.release();
        self->join();
      },
      "a thread waits for its own end");
}

TEST(thread, one_that_is_started_by_a_pinned_thread_is_not_pinned) {
  const std::vector<unsigned> before = pirn::allowed_processors();
  std::vector<unsigned> seen;
  pirn::processor_pin pin(before.front());
  thread other([&] { seen = pirn::allowed_processors(); });
  other.join();
  EXPECT_EQ(seen, before);
}

TEST(thread_stress, threads_that_are_stopped_while_they_begin_and_end_all_end) {
  std::atomic<int> ended = 0;
  for (int round = 0; round < 300; ++round) {
    thread sleeper([&] {
      wait_for_stop();
      ++ended;
    });
    thread stopper([&] { sleeper.stop(); });
    thread quick([&] { ++ended; });
    if (round % 2 == 0) sleeper.join();
  }
  EXPECT_EQ(ended, 600);
}

}  // namespace
