// condition: tasks wait, with a mutex unlocked, until another task says that something has changed.
#include "pirn/sync/condition.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;
using pirn::testing::virtual_run_options;

static_assert(!condition_wait::selectable, "it cannot be taken back at once: it needs the mutex");

struct room {
  mutex door;
  condition changed{door};
  std::vector<int> order;

  task<> wait_once(int number) {
    auto guard = co_await door.scoped_lock();
    co_await changed.wait();
    order.push_back(number);
  }
  task<> notify(std::size_t count) {
    auto guard = co_await door.scoped_lock();
    changed.notify(count);
  }
};

TEST(condition, waiting_unlocks_the_mutex_and_locks_it_again) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        auto guard = co_await r.door.scoped_lock();
        co_await r.changed.wait();
        EXPECT_TRUE(r.door.locked());
        co_await sleep_for(1s);
      });
      co_await yield_now();
      EXPECT_FALSE(r.door.locked());
      co_await r.notify(1);
      EXPECT_EQ(r.door.holder(), &waiter.record());
      co_await waiter;
      EXPECT_FALSE(r.door.locked());
    });
  });
}

TEST(condition, a_notified_task_goes_on_only_when_the_notifier_has_unlocked) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      for (int number = 1; number <= 3; ++number) {
        group.start(r.wait_once(number));
      }
      co_await yield_now();
      EXPECT_FALSE(r.door.locked());
      co_await r.door.lock();
      r.changed.notify();
      co_await yield_now();
      EXPECT_TRUE(r.order.empty());
      r.changed.notify(2);
      co_await yield_now();
      EXPECT_TRUE(r.order.empty());
      r.door.unlock();
    });
    EXPECT_EQ(r.order, (std::vector{1, 2, 3}));
  });
}

TEST(condition, notify_wakes_as_many_as_asked_in_the_order_they_came) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      for (int number = 1; number <= 4; ++number) group.start(r.wait_once(number));
      co_await yield_now();
      co_await r.notify(1);
      co_await sleep_for(1ms);
      EXPECT_EQ(r.order, (std::vector{1}));
      co_await r.notify(2);
      co_await sleep_for(1ms);
      EXPECT_EQ(r.order, (std::vector{1, 2, 3}));
      co_await r.notify(2048);
      co_await sleep_for(1ms);
      EXPECT_EQ(r.order, (std::vector{1, 2, 3, 4}));
      co_await r.notify(1);  // nobody waits
    });
  });
}

TEST(condition, notify_all_wakes_every_waiter) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      group.start(r.wait_once(1));
      group.start(r.wait_once(2));
      co_await yield_now();
      auto guard = co_await r.door.scoped_lock();
      r.changed.notify_all();
    });
    EXPECT_EQ(r.order, (std::vector{1, 2}));
  });
}

TEST(condition, a_notified_task_queues_for_the_mutex_behind_those_that_wait_for_it) {
  run_virtual([]() -> task<> {
    room r;
    co_await with_group([&](task_group& group) -> task<> {
      group.start(r.wait_once(1));
      co_await yield_now();
      co_await r.door.lock();
      group.spawn([&]() -> task<> {
        auto guard = co_await r.door.scoped_lock();
        r.order.push_back(2);
      });
      co_await yield_now();
      r.changed.notify();
      r.door.unlock();
    });
    EXPECT_EQ(r.order, (std::vector{2, 1}));
  });
}

TEST(condition, wait_for_waits_until_the_predicate_is_true) {
  run_virtual([]() -> task<> {
    room r;
    bool open = false;
    bool went_on = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        auto guard = co_await r.door.scoped_lock();
        auto is_open = [&] { return open; };
        bool answer = co_await r.changed.wait_for(is_open);
        EXPECT_TRUE(answer);
        went_on = true;
      });
      co_await yield_now();
      co_await r.notify(1);
      co_await sleep_for(1ms);
      EXPECT_FALSE(went_on);
      open = true;
      co_await r.notify(1);
      co_await waiter;
      EXPECT_TRUE(went_on);
    });
  });
}

TEST(condition, wait_for_gives_what_the_predicate_returned) {
  run_virtual([]() -> task<> {
    room r;
    auto guard = co_await r.door.scoped_lock();
    auto at_once = []() -> std::optional<int> { return 42; };
    std::optional<int> answer = co_await r.changed.wait_for(at_once);
    EXPECT_EQ(answer, 42);
  });
}

TEST(condition, what_the_predicate_throws_leaves_wait_for_with_the_mutex_locked) {
  run_virtual([]() -> task<> {
    room r;
    auto guard = co_await r.door.scoped_lock();
    auto fails = []() -> bool { throw std::runtime_error("no answer"); };
    try {
      co_await r.changed.wait_for(fails);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "no answer");
    }
    EXPECT_TRUE(r.door.locked());
  });
}

TEST(condition, several_may_share_a_mutex) {
  run_virtual([]() -> task<> {
    mutex door;
    condition one(door);
    condition other(door);
    int woken = 0;
    auto wait_at = [&](condition& at, int value) -> task<> {
      auto guard = co_await door.scoped_lock();
      co_await at.wait();
      woken = woken * 10 + value;
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(wait_at, std::ref(one), 1);
      group.spawn(wait_at, std::ref(other), 2);
      co_await yield_now();
      auto guard = co_await door.scoped_lock();
      other.notify();
      guard.unlock();
      co_await sleep_for(1ms);
      EXPECT_EQ(woken, 2);
      guard = co_await door.scoped_lock();
      one.notify();
    });
    EXPECT_EQ(woken, 21);
  });
}

TEST(condition, shuffled_tasks_pass_every_token_on) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    run_virtual(virtual_run_options{.seed = seed, .shuffle = true}, []() -> task<> {
      mutex door;
      condition changed(door);
      int tokens = 0;
      int taken = 0;
      auto take = [&]() -> task<> {
        for (int round = 0; round < 5; ++round) {
          auto guard = co_await door.scoped_lock();
          auto there = [&] { return tokens > 0; };
          co_await changed.wait_for(there);
          --tokens;
          ++taken;
        }
      };
      auto give = [&]() -> task<> {
        for (int round = 0; round < 10; ++round) {
          auto guard = co_await door.scoped_lock();
          tokens += 2;
          changed.notify(2);
          guard.unlock();
          co_await yield_now();
        }
      };
      co_await with_group([&](task_group& group) -> task<> {
        for (int count = 0; count < 4; ++count) group.spawn(take);
        group.spawn(give);
        co_return;
      });
      EXPECT_EQ(taken, 20);
      EXPECT_EQ(tokens, 0);
    });
  }
}

TEST(condition_death, waiting_and_notifying_need_the_mutex) {
  auto wait = []() -> task<> {
    room r;
    co_await r.changed.wait();
  };
  auto wait_for = []() -> task<> {
    room r;
    auto at_once = [] { return true; };
    co_await r.changed.wait_for(at_once);
  };
  auto notify = []() -> task<> {
    room r;
    r.changed.notify();
    co_return;
  };
  EXPECT_DEATH(run_virtual(wait), "holds the mutex when it waits");
  EXPECT_DEATH(run_virtual(wait_for), "holds the mutex when it waits");
  EXPECT_DEATH(run_virtual(notify), "holds the mutex when it notifies");
}

}  // namespace
