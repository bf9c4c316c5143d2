// threading: which type of the standard library stands for which of Python's threading, and that
// it does what users of that one rely on.
#include <array>
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <optional>
#include <semaphore>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/ordered_lock.hpp"
#include "pirn/exec/thread.hpp"

namespace {

using namespace std::chrono_literals;
using pirn::thread;

/// Runs `call` on so many threads and waits for them.
template <class Call>
void on_threads(int count, Call call) {
  std::vector<thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(call);
  join_all(threads);
}

// ---- Lock: std::mutex, or pirn::ordered_mutex; with timeouts std::timed_mutex ----

TEST(threading_lock, those_who_wait_for_it_get_it_one_after_the_other) {
  pirn::ordered_mutex lock{"lock"};
  std::latch come{5};
  int inside = 0;
  int passed = 0;
  std::vector<thread> threads;
  lock.lock();
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      come.count_down();
      std::scoped_lock mine(lock);
      EXPECT_EQ(++inside, 1);
      ++passed;
      --inside;
    });
  }
  come.wait();
  EXPECT_EQ(passed, 0);
  lock.unlock();
  join_all(threads);
  EXPECT_EQ(passed, 5);
}

TEST(threading_lock, a_limit_that_passes_leaves_it_as_it_was) {
  std::timed_mutex lock;
  lock.lock();
  on_threads(1, [&] {
    EXPECT_FALSE(lock.try_lock_for(1ms));
    EXPECT_FALSE(lock.try_lock_for(-1ms));
  });
  lock.unlock();
  on_threads(2, [&] {
    ASSERT_TRUE(lock.try_lock_for(1h));
    lock.unlock();
  });
}

TEST(threading_lock, what_another_thread_may_release_is_a_binary_semaphore) {
  std::binary_semaphore lock{1};
  lock.acquire();
  EXPECT_FALSE(lock.try_acquire());
  on_threads(1, [&] { lock.release(); });
  EXPECT_TRUE(lock.try_acquire());
}

// ---- Condition: std::condition_variable_any, with this thread's stop token ----

TEST(threading_condition, notifying_as_often_as_there_is_something_wakes_as_many) {
  std::mutex mutex;
  std::condition_variable_any condition;
  int tickets = 0;
  int served = 0;
  std::counting_semaphore<5> went{0};
  std::vector<thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      std::unique_lock lock(mutex);
      condition.wait(lock, [&] { return tickets > 0; });
      --tickets;
      ++served;
      went.release();
    });
  }
  int expected = 0;
  for (int count : {1, 2, 2}) {
    {
      std::scoped_lock lock(mutex);
      tickets += count;
    }
    for (int i = 0; i < count; ++i) condition.notify_one();  // which needs no lock
    for (int i = 0; i < count; ++i) went.acquire();
    expected += count;
    std::scoped_lock lock(mutex);
    EXPECT_EQ(served, expected);
  }
}

TEST(threading_condition, a_wait_ends_at_its_limit_with_what_the_predicate_says) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  EXPECT_FALSE(condition.wait_for(lock, 1ms, [] { return false; }));
  EXPECT_TRUE(condition.wait_for(lock, 0ms, [] { return true; }));
  EXPECT_TRUE(lock.owns_lock());
}

TEST(threading_condition, a_wait_for_a_predicate_goes_on_until_it_holds) {
  std::mutex mutex;
  std::condition_variable_any condition;
  int state = 0;
  thread waiter([&] {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return state == 4; });
    EXPECT_TRUE(condition.wait_for(lock, 1h, [&] { return state == 4; }));
  });
  for (int i = 0; i < 4; ++i) {
    std::scoped_lock lock(mutex);
    ++state;
    condition.notify_all();
  }
  waiter.join();
}

// ---- Semaphore: std::counting_semaphore, whose greatest value is a template argument ----

TEST(threading_semaphore, lets_as_many_in_as_it_counts) {
  std::counting_semaphore<> places{3};
  std::atomic<int> inside = 0;
  on_threads(6, [&] {
    for (int i = 0; i < 200; ++i) {
      places.acquire();
      EXPECT_LE(++inside, 3);
      --inside;
      places.release();
    }
  });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(places.try_acquire());
  EXPECT_FALSE(places.try_acquire());
}

TEST(threading_semaphore, several_are_released_at_once) {
  std::counting_semaphore<> places{0};
  std::atomic<int> passed = 0;
  std::vector<thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      places.acquire();
      ++passed;
    });
  }
  EXPECT_EQ(passed, 0);
  places.release(5);
  join_all(threads);
  EXPECT_EQ(passed, 5);
}

TEST(threading_semaphore, trying_and_waiting_for_a_limit_take_what_there_is_and_no_more) {
  std::counting_semaphore<> places{2};
  EXPECT_TRUE(places.try_acquire());
  EXPECT_TRUE(places.try_acquire_for(1h));
  EXPECT_FALSE(places.try_acquire());
  EXPECT_FALSE(places.try_acquire_for(1ms));
  on_threads(2, [&] { EXPECT_FALSE(places.try_acquire()); });
  places.release();
  EXPECT_TRUE(places.try_acquire_for(0s));
}

TEST(threading_semaphore, may_be_released_beyond_what_it_began_with) {
  std::counting_semaphore<> places{1};
  places.release();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(places.try_acquire());
  EXPECT_FALSE(places.try_acquire());
}

TEST(threading_semaphore, may_end_while_it_is_taken) {
  std::optional<std::counting_semaphore<>> places(std::in_place, 1);
  places->acquire();
  places.reset();
  places.emplace(1);
  EXPECT_TRUE(places->try_acquire());
}

// ---- Barrier: std::barrier, whose completion is Python's action ----

TEST(threading_barrier, its_parties_pass_round_after_round_together) {
  constexpr int parties = 5;
  std::barrier gate(parties);
  std::array<std::atomic<int>, 10> arrived{};
  on_threads(parties, [&] {
    for (auto& count : arrived) {
      ++count;
      gate.arrive_and_wait();
      EXPECT_EQ(count, parties);
    }
  });
}

TEST(threading_barrier, its_completion_runs_once_a_round_before_anyone_goes_on) {
  int rounds = 0;
  const auto action = [&]() noexcept { ++rounds; };
  std::barrier gate(3, action);
  on_threads(3, [&] {
    for (int i = 0; i < 20; ++i) {
      gate.arrive_and_wait();
      EXPECT_EQ(rounds, 2 * i + 1);
      gate.arrive_and_wait();  // nobody begins the next round while another looks
    }
  });
  EXPECT_EQ(rounds, 40);
}

TEST(threading_barrier, of_one_party_waits_for_nobody) {
  std::barrier gate(1);
  for (int i = 0; i < 3; ++i) gate.arrive_and_wait();
}

}  // namespace
