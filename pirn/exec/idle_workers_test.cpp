// idle_workers: nobody sleeps while there is work, and no more are woken than are needed.
//
// Method of the stress: a few workers go through search, found and sleep as a pool's do, over one
// counter of work; a producer adds work one piece at a time, with and without pauses drawn from a
// printed seed, so that pieces come at every point of a worker's way to sleep. Each piece must be
// taken: a lost wake-up would leave the last ones, and the test would not end.
#include "pirn/exec/idle_workers.hpp"

#include <atomic>
#include <chrono>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/base/random.hpp"
#include "pirn/exec/work_queue.hpp"

namespace {

using pirn::detail::idle_workers;
using claim = idle_workers::claim;

TEST(idle_workers, who_has_not_started_is_started_when_nobody_sleeps_or_searches) {
  idle_workers idle(2);
  EXPECT_TRUE(idle.wants_wake());
  EXPECT_EQ(idle.claim_one(), claim::unstarted);
  EXPECT_FALSE(idle.wants_wake());  // that one searches now
  EXPECT_EQ(idle.claim_one(), claim::nobody);
  EXPECT_TRUE(idle.found());  // it was the last that searched
  EXPECT_TRUE(idle.wants_wake());
  EXPECT_EQ(idle.claim_one(), claim::unstarted);
  EXPECT_TRUE(idle.found());
  EXPECT_FALSE(idle.wants_wake());
  EXPECT_EQ(idle.claim_one(), claim::nobody);
}

TEST(idle_workers, a_start_that_failed_can_be_tried_again) {
  idle_workers idle(1);
  EXPECT_EQ(idle.claim_one(), claim::unstarted);
  idle.unclaim_unstarted();
  EXPECT_EQ(idle.claim_one(), claim::unstarted);
}

TEST(idle_workers, who_sees_work_on_the_way_to_sleep_stays_awake) {
  idle_workers idle(0);
  idle.start_search();
  idle.sleep([] { return true; });
  EXPECT_EQ(idle.asleep(), 0U);
  EXPECT_TRUE(idle.found());
}

TEST(idle_workers, only_the_last_searcher_is_told_that_it_was) {
  idle_workers idle(0);
  idle.start_search();
  idle.start_search();
  EXPECT_FALSE(idle.found());
  EXPECT_TRUE(idle.found());
}

TEST(idle_workers, a_sleeper_comes_before_one_that_has_not_started) {
  idle_workers idle(1);
  std::jthread sleeper([&] {
    idle.start_search();
    idle.sleep([] { return false; });
    idle.found();
  });
  while (idle.asleep() == 0) std::this_thread::yield();
  EXPECT_EQ(idle.claim_one(), claim::asleep);
  idle.wake_one();
  sleeper.join();
  EXPECT_EQ(idle.claim_one(), claim::unstarted);
}

TEST(idle_workers, under_stress_no_piece_of_work_is_left_lying) {
  constexpr int pieces = 20'000;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  idle_workers idle(0);
  std::atomic<int> work = 0;
  std::atomic<int> done = 0;
  std::atomic<bool> closing = false;
  auto wake = [&] {
    if (idle.wants_wake() && idle.claim_one() == claim::asleep) idle.wake_one();
  };
  auto take = [&] {
    int now = work.load();
    while (now > 0) {
      if (work.compare_exchange_weak(now, now - 1)) return true;
    }
    return false;
  };
  auto works = [&] {
    for (;;) {
      idle.start_search();
      bool has_work = false;
      while (!(has_work = take()) && !closing) {
        idle.sleep([&] { return closing || work > 0; });
      }
      if (idle.found() && work > 0) wake();
      if (!has_work) return;
      ++done;
      while (take()) ++done;
    }
  };
  std::vector<std::jthread> workers;
  for (int i = 0; i < 3; ++i) workers.emplace_back(works);
  pirn::random_source random(seed);
  for (int i = 0; i < pieces; ++i) {
    ++work;
    wake();
    if (random.below(4) == 0) {
      while (done < i && random.below(16) != 0) std::this_thread::yield();
    }
  }
  while (done != pieces) std::this_thread::yield();
  closing = true;
  idle.wake_all();
}

// One worker searches and ends its search with the first piece, another has not started; the second
// piece comes at every point of that. Either who adds it is told to wake, or the searcher is, or it
// was seen and taken. On a busy machine the two seldom run at the same time: then fewer rounds do.
TEST(idle_workers, what_comes_as_a_search_ends_is_seen_by_one_of_the_two) {
  constexpr int rounds = pirn::detail::sanitized ? 2'000 : 50'000;
  int pieces[2]{};
  pirn::detail::work_queue<int> work;
  idle_workers idle(1);
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  bool searcher_wakes = false;
  std::jthread searcher([&](const std::stop_token& stop) {
    for (int round = 1;; ++round) {
      while (begun != round) {
        if (stop.stop_requested()) return;
        std::this_thread::yield();
      }
      while (work.steal() == nullptr) pirn::detail::pause_processor();
      searcher_wakes = idle.found() && !work.looks_empty() && idle.wants_wake();
      ended = round;
    }
  });
  const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (int round = 1; round <= rounds && std::chrono::steady_clock::now() < enough; ++round) {
    idle.start_search();
    begun = round;
    work.push(pieces[0]);
    bool adder_wakes = idle.wants_wake();
    for (int i = round % 100; i > 0; --i) std::atomic_signal_fence(std::memory_order_seq_cst);
    work.push(pieces[1]);
    adder_wakes = idle.wants_wake() || adder_wakes;
    while (ended != round) std::this_thread::yield();
    ASSERT_TRUE(adder_wakes || searcher_wakes) << "round " << round;
    while (work.take_oldest() != nullptr) {
    }
  }
}

}  // namespace
