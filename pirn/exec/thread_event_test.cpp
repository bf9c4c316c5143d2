// thread_event: it wakes all who wait, for a limit or until they are to stop.
#include "pirn/exec/thread_event.hpp"

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/thread.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using pirn::thread;
using pirn::thread_event;

TEST(thread_event, starts_unset_and_is_what_it_was_made_last) {
  thread_event flag;
  EXPECT_FALSE(flag.is_set());
  flag.set();
  EXPECT_TRUE(flag.is_set());
  flag.set();
  EXPECT_TRUE(flag.is_set());
  flag.clear();
  EXPECT_FALSE(flag.is_set());
  flag.clear();
  EXPECT_FALSE(flag.is_set());
}

TEST(thread_event, a_loop_s_thread_is_not_blocked_by_one_that_is_not_set) {
  pirn::run([]() -> pirn::task<> {
    thread_event flag;
    try {
      flag.wait_for(1h);
      ADD_FAILURE() << "it waited";
    } catch (const std::logic_error& error) {
      EXPECT_STREQ(error.what(),
                   "thread_event::wait() would block the loop of this thread: co_await an event");
    }
    EXPECT_THROW(flag.wait(), std::logic_error);
    flag.set();
    EXPECT_TRUE(flag.wait());
    co_return;
  });
}

TEST(thread_event, a_set_one_is_not_waited_for) {
  thread_event flag;
  flag.set();
  EXPECT_TRUE(flag.wait());
  EXPECT_TRUE(flag.wait_for(0s));
  EXPECT_TRUE(flag.wait_for(pirn::duration::max()));
}

TEST(thread_event, set_wakes_all_who_wait) {
  thread_event flag;
  std::latch here{5};
  std::atomic<int> woken = 0;
  std::vector<thread> waiters;
  for (int i = 0; i < 5; ++i) {
    waiters.emplace_back([&] {
      here.count_down();
      if (flag.wait()) ++woken;
    });
  }
  here.wait();
  EXPECT_EQ(woken, 0);
  flag.set();
  join_all(waiters);
  EXPECT_EQ(woken, 5);
}

TEST(thread_event, a_wait_gives_up_after_its_limit) {
  thread_event flag;
  EXPECT_FALSE(flag.wait_for(0s));
  EXPECT_FALSE(flag.wait_for(-1s));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(flag.wait_for(2ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 2ms);
}

TEST(thread_event, a_wait_ends_when_its_thread_is_asked_to_stop) {
  thread_event flag;
  std::optional<bool> was_set;
  thread waiter([&] { was_set = flag.wait(); });
  waiter.stop();
  waiter.join();
  EXPECT_EQ(was_set, false);
}

// The waiters cannot be seen to wait. So each round sets and clears at once, until all are through:
// one that began late is woken by a later round, one that waits by this one although it is cleared.
TEST(thread_event, who_waited_when_it_was_set_wakes_though_it_is_cleared_again) {
  thread_event flag;
  std::atomic<int> woken = 0;
  std::vector<thread> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&] {
      if (flag.wait()) ++woken;
    });
  }
  while (woken < 4) {
    flag.set();
    flag.clear();
  }
  EXPECT_FALSE(flag.is_set());
}

TEST(thread_event_stress, a_pair_takes_turns_by_two_of_them) {
  thread_event ping;
  thread_event pong;
  constexpr int rounds = 2000;
  int count = 0;
  thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      ping.wait();
      ping.clear();
      ++count;
      pong.set();
    }
  });
  for (int i = 0; i < rounds; ++i) {
    EXPECT_EQ(count, i);
    ping.set();
    pong.wait();
    pong.clear();
  }
  other.join();
  EXPECT_EQ(count, rounds);
}

TEST(thread_event_stress, it_may_be_destroyed_by_who_was_woken) {
  for (int round = 0; round < 300; ++round) {
    auto flag = std::make_unique<thread_event>();
    thread setter([&same = *flag] { same.set(); });
    flag->wait();
    flag.reset();
  }
}

}  // namespace
