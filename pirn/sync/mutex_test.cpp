// mutex: a lock that one task holds at a time.
#include "pirn/sync/mutex.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;
using pirn::testing::virtual_run_options;

static_assert(!wait_like<mutex>, "a mutex itself is not awaited; lock() is");
static_assert(!std::is_copy_constructible_v<mutex_guard>);
static_assert(std::is_nothrow_move_constructible_v<mutex_guard>);

TEST(mutex, unlocking_without_waiters_frees_it) {
  run_virtual([]() -> task<> {
    mutex m;
    EXPECT_FALSE(m.locked());
    co_await m.lock();
    EXPECT_TRUE(m.locked());
    m.unlock();
    EXPECT_FALSE(m.locked());
  });
}

TEST(mutex, waiters_get_it_in_the_order_they_came) {
  run_virtual([]() -> task<> {
    mutex m;
    std::vector<int> order;
    auto locker = [&](int number) -> task<> {
      co_await m.lock();
      order.push_back(number);
      co_await yield_now();
      m.unlock();
    };
    co_await with_group([&](task_group& group) -> task<> {
      co_await m.lock();
      group.spawn(locker, 1);
      group.spawn(locker, 2);
      co_await yield_now();
      EXPECT_TRUE(order.empty());
      m.unlock();
      group.spawn(locker, 3);
    });
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
    EXPECT_FALSE(m.locked());
  });
}

TEST(mutex, is_handed_over_so_that_nobody_can_overtake) {
  run_virtual([]() -> task<> {
    mutex m;
    co_await with_group([&](task_group& group) -> task<> {
      co_await m.lock();
      auto waiter = group.spawn([&]() -> task<> {
        co_await m.lock();
        m.unlock();
      });
      co_await yield_now();
      m.unlock();
      EXPECT_TRUE(m.locked());
      EXPECT_EQ(m.holder(), &waiter.record());
      EXPECT_FALSE(m.try_lock());
      co_await m.lock();  // behind the waiter, which has not even run yet
      EXPECT_TRUE(waiter.has_ended());
      m.unlock();
    });
  });
}

TEST(mutex, try_lock_takes_it_only_if_it_is_free) {
  run_virtual([]() -> task<> {
    mutex m;
    EXPECT_TRUE(m.try_lock());
    EXPECT_FALSE(m.try_lock());
    m.unlock();
    co_return;
  });
}

TEST(mutex, a_guard_unlocks_at_the_end_of_its_scope) {
  run_virtual([]() -> task<> {
    mutex m;
    {
      auto guard = co_await m.scoped_lock();
      EXPECT_TRUE(guard.owns_lock());
      EXPECT_TRUE(m.locked());
    }
    EXPECT_FALSE(m.locked());
    try {
      auto guard = co_await m.scoped_lock();
      throw std::runtime_error("while it is locked");
    } catch (const std::runtime_error&) {
    }
    EXPECT_FALSE(m.locked());
  });
}

TEST(mutex, a_guard_can_be_moved_and_unlocked_early) {
  run_virtual([]() -> task<> {
    mutex m;
    mutex other;
    auto guard = co_await m.scoped_lock();
    auto taken = std::move(guard);
    EXPECT_FALSE(guard.owns_lock());  // NOLINT: a moved-from guard is empty
    EXPECT_TRUE(taken.owns_lock());
    taken.unlock();
    taken.unlock();
    EXPECT_FALSE(m.locked());
    auto second = co_await other.scoped_lock();
    second = co_await m.scoped_lock();
    EXPECT_FALSE(other.locked());
    EXPECT_TRUE(m.locked());
  });
}

TEST(mutex, a_cancelled_waiter_leaves_the_list) {
  run_virtual([]() -> task<> {
    mutex m;
    co_await with_group([&](task_group& group) -> task<> {
      auto guard = co_await m.scoped_lock();
      auto waiter = group.spawn([&]() -> task<> { co_await m.lock(); });
      co_await yield_now();
      waiter.cancel();
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
      guard.unlock();
      EXPECT_FALSE(m.locked());
    });
  });
}

TEST(mutex, a_waiter_cancelled_with_the_unlock_lets_the_next_one_have_it) {
  run_virtual([]() -> task<> {
    mutex m;
    auto lock_once = [&]() -> task<> { auto guard = co_await m.scoped_lock(); };
    co_await with_group([&](task_group& group) -> task<> {
      co_await m.lock();
      auto second = group.spawn(lock_once);
      auto third = group.spawn(lock_once);
      co_await yield_now();
      second.cancel();
      m.unlock();
      EXPECT_EQ(m.holder(), &third.record());
      co_await third;
      EXPECT_TRUE(second.was_cancelled());
      EXPECT_FALSE(m.locked());
    });
  });
}

TEST(mutex, an_unlock_with_a_cancel_serves_one_waiter_only) {
  run_virtual([]() -> task<> {
    mutex m;
    event go_on;
    int locked = 0;
    auto locker = [&]() -> task<> {
      auto guard = co_await m.scoped_lock();
      ++locked;
      co_await go_on.wait();
    };
    co_await with_group([&](task_group& group) -> task<> {
      co_await m.lock();
      auto first = group.spawn(locker);
      auto second = group.spawn(locker);
      auto third = group.spawn(locker);
      co_await yield_now();
      first.cancel();
      m.unlock();
      co_await yield_now();
      EXPECT_EQ(locked, 1);
      EXPECT_TRUE(first.was_cancelled());
      third.cancel();
      go_on.set();
      co_await second;
      EXPECT_EQ(locked, 1);
    });
    EXPECT_FALSE(m.locked());
  });
}

TEST(mutex, a_waiter_cancelled_after_the_hand_over_holds_it) {
  run_virtual([]() -> task<> {
    mutex m;
    bool held = false;
    co_await with_group([&](task_group& group) -> task<> {
      co_await m.lock();
      auto waiter = group.spawn([&]() -> task<> {
        auto guard = co_await m.scoped_lock();
        held = true;
        co_await yield_now();
        ADD_FAILURE() << "a wait in a cancelled task";
      });
      co_await yield_now();
      m.unlock();
      waiter.cancel();
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
    });
    EXPECT_TRUE(held);
    EXPECT_FALSE(m.locked());
  });
}

TEST(mutex, locking_a_free_one_in_a_cancelled_scope_throws_and_takes_nothing) {
  run_virtual([]() -> task<> {
    mutex m;
    cancel_scope scope;
    scope.cancel();
    bool passed = co_await within(scope, [](mutex& free) -> task<> { co_await free.lock(); }(m));
    EXPECT_FALSE(passed);
    EXPECT_FALSE(m.locked());
  });
}

TEST(mutex, an_interrupted_waiter_does_not_hold_it) {
  run_virtual([]() -> task<> {
    mutex m;
    co_await with_group([&](task_group& group) -> task<> {
      auto guard = co_await m.scoped_lock();
      auto waiter = group.spawn([&]() -> task<> {
        EXPECT_THROW(co_await m.lock(), std::runtime_error);
        co_await m.lock();
        m.unlock();
      });
      co_await yield_now();
      waiter.interrupt(std::runtime_error("look"));
      co_await yield_now();
      guard.unlock();
      co_await waiter;
    });
  });
}

TEST(mutex, a_select_that_another_member_wins_does_not_hold_it) {
  run_virtual([]() -> task<> {
    mutex m;
    event flag;
    co_await with_group([&](task_group& group) -> task<> {
      auto guard = co_await m.scoped_lock();
      auto waiter = group.spawn([&]() -> task<> {
        auto which = co_await select(m.scoped_lock(), flag.wait());
        EXPECT_EQ(which.index(), 1u);
      });
      co_await yield_now();
      flag.set();
      guard.unlock();
      EXPECT_FALSE(m.locked());
      co_await waiter;
    });
  });
}

TEST(mutex, shuffled_tasks_never_hold_it_together) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    run_virtual(virtual_run_options{.seed = seed, .shuffle = true}, []() -> task<> {
      mutex m;
      int inside = 0;
      int times = 0;
      auto worker = [&]() -> task<> {
        for (int round = 0; round < 5; ++round) {
          auto guard = co_await m.scoped_lock();
          EXPECT_EQ(++inside, 1);
          co_await yield_now();
          --inside;
          ++times;
        }
      };
      co_await with_group([&](task_group& group) -> task<> {
        for (int count = 0; count < 8; ++count) group.spawn(worker);
        co_return;
      });
      EXPECT_EQ(times, 40);
    });
  }
}

TEST(mutex, the_tree_of_a_deadlock_shows_who_holds_what) {
  auto deadlock = []() -> task<> {
    mutex a;
    mutex b;
    auto take_both = [](mutex& first, mutex& second) -> task<> {
      auto one = co_await first.scoped_lock();
      co_await sleep_for(1s);
      auto two = co_await second.scoped_lock();
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(take_both, std::ref(a), std::ref(b)).set_name("left");
      group.spawn(take_both, std::ref(b), std::ref(a)).set_name("right");
      co_return;
    });
  };
  try {
    run_virtual(deadlock);
    ADD_FAILURE() << "no deadlock was seen";
  } catch (const deadlock_error& error) {
    const std::string tree = error.what();
    EXPECT_NE(tree.find("#2 left: waiting for lock of mutex, 0.000 s, held by #3 right"),
              std::string::npos)
        << tree;
    EXPECT_NE(tree.find("#3 right: waiting for lock of mutex, 0.000 s, held by #2 left"),
              std::string::npos)
        << tree;
  }
}

TEST(mutex_death, misuse_is_an_error) {
  auto unlock_free = []() -> task<> {
    mutex m;
    m.unlock();
    co_return;
  };
  auto lock_twice = []() -> task<> {
    mutex m;
    auto guard = co_await m.scoped_lock();
    co_await m.lock();
  };
  auto unlock_for_another = []() -> task<> {
    mutex m;
    auto guard = co_await m.scoped_lock();
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        m.unlock();
        co_return;
      });
      co_return;
    });
  };
  auto end_with_it = []() -> task<> {
    mutex m;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await m.lock(); });
      co_return;
    });
  };
  EXPECT_DEATH(run_virtual(unlock_free), "locked before it is unlocked");
  EXPECT_DEATH(run_virtual(lock_twice), "locks it again");
  EXPECT_DEATH(run_virtual(unlock_for_another), "the one to unlock it");
  EXPECT_DEATH(run_virtual(end_with_it), "unlocks what it locked before it ends");
}

}  // namespace
