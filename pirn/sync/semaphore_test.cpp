// semaphore: a number of permits, each held by one user at a time.
#include "pirn/sync/semaphore.hpp"

#include <algorithm>
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

static_assert(!wait_like<semaphore>, "a semaphore itself is not awaited; acquire() is");

TEST(semaphore, starts_with_the_permits_it_was_given) {
  EXPECT_EQ(semaphore().value(), 1);
  EXPECT_EQ(semaphore(3).value(), 3);
  EXPECT_FALSE(semaphore(3).locked());
  EXPECT_TRUE(semaphore(0).locked());
}

TEST(semaphore, releasing_without_waiters_frees_a_permit) {
  run_virtual([]() -> task<> {
    semaphore permits;
    co_await permits.acquire();
    EXPECT_TRUE(permits.locked());
    permits.release();
    EXPECT_FALSE(permits.locked());
    permits.release(2);
    EXPECT_EQ(permits.value(), 3);
  });
}

TEST(semaphore, lets_as_many_in_as_there_are_permits_and_then_one_for_each_release) {
  run_virtual([]() -> task<> {
    semaphore permits(3);
    std::vector<int> inside;
    auto enter = [&](int number) -> task<> {
      co_await permits.acquire();
      inside.push_back(number);
    };
    co_await with_group([&](task_group& group) -> task<> {
      co_await permits.acquire();
      co_await permits.acquire();
      EXPECT_FALSE(permits.locked());
      for (int number = 1; number <= 3; ++number) group.spawn(enter, number);
      co_await yield_now();
      EXPECT_EQ(inside, (std::vector{1}));
      EXPECT_TRUE(permits.locked());
      group.spawn(enter, 4);
      permits.release(2);
      EXPECT_EQ(permits.value(), 0);
      co_await yield_now();
      EXPECT_EQ(inside, (std::vector{1, 2, 3}));
      EXPECT_TRUE(permits.locked());
      permits.release();
    });
    EXPECT_EQ(inside, (std::vector{1, 2, 3, 4}));
  });
}

TEST(semaphore, tasks_that_come_again_queue_behind_those_that_wait) {
  run_virtual([]() -> task<> {
    semaphore permits;
    std::vector<std::string> order;
    auto come_twice = [&](std::string name) -> task<> {
      for (const char* visit : {"_1", "_2"}) {
        co_await permits.acquire();
        order.push_back(name + visit);
        co_await sleep_for(10ms);
        permits.release();
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) group.spawn(come_twice, std::string(name));
      co_return;
    });
    EXPECT_EQ(order, (std::vector<std::string>{"a_1", "b_1", "c_1", "a_2", "b_2", "c_2"}));
  });
}

TEST(semaphore, a_release_hands_the_permit_over_so_that_nobody_can_overtake) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    std::vector<int> order;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await permits.acquire();
        order.push_back(1);
      });
      group.spawn([&]() -> task<> {
        co_await permits.acquire();
        order.push_back(2);
        permits.release();
        co_await permits.acquire();
        order.push_back(4);
      });
      group.spawn([&]() -> task<> {
        co_await permits.acquire();
        order.push_back(3);
        permits.release();
      });
      co_await yield_now();
      permits.release(2);
      EXPECT_FALSE(permits.try_acquire());
    });
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
  });
}

TEST(semaphore, try_acquire_takes_a_permit_only_if_one_is_free) {
  semaphore permits(1);
  EXPECT_TRUE(permits.try_acquire());
  EXPECT_FALSE(permits.try_acquire());
  permits.release();
  EXPECT_TRUE(permits.try_acquire());
}

TEST(semaphore, a_permit_is_released_at_the_end_of_its_scope_and_can_be_passed_on) {
  run_virtual([]() -> task<> {
    semaphore permits(1);
    {
      auto permit = co_await permits.scoped_acquire();
      EXPECT_TRUE(permit.owns_permit());
      EXPECT_TRUE(permits.locked());
    }
    EXPECT_FALSE(permits.locked());
    auto permit = co_await permits.scoped_acquire();
    co_await with_group([&](task_group& group) -> task<> {
      auto keep = [](semaphore_permit passed_on) -> task<> {
        co_await sleep_for(1s);
        passed_on.release();
        passed_on.release();
      };
      group.spawn(keep, std::move(permit));
      EXPECT_FALSE(permit.owns_permit());  // NOLINT: a moved-from permit is empty
      co_await yield_now();
      EXPECT_TRUE(permits.locked());
    });
    EXPECT_EQ(permits.value(), 1);
  });
}

TEST(semaphore, a_cancelled_waiter_leaves_the_list) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> { co_await permits.acquire(); });
      co_await yield_now();
      waiter.cancel();
      permits.release();
      EXPECT_EQ(permits.value(), 1);
      co_await yield_now();
      EXPECT_TRUE(waiter.was_cancelled());
    });
  });
}

TEST(semaphore, a_permit_goes_past_the_waiters_that_were_cancelled) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    auto acquire = [&]() -> task<> { co_await permits.acquire(); };
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.spawn(acquire);
      auto second = group.spawn(acquire);
      auto third = group.spawn(acquire);
      auto fourth = group.spawn(acquire);
      co_await yield_now();
      first.cancel();
      second.cancel();
      permits.release();
      co_await yield_now();
      EXPECT_TRUE(third.has_ended() && !third.was_cancelled());
      EXPECT_FALSE(fourth.has_ended());
      EXPECT_TRUE(permits.locked());
      fourth.cancel();
    });
  });
}

TEST(semaphore, waiters_behind_a_cancelled_one_keep_their_order) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    std::vector<int> order;
    auto acquire = [&](int number) -> task<> {
      co_await permits.acquire();
      order.push_back(number);
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.spawn(acquire, 1);
      group.spawn(acquire, 2);
      group.spawn(acquire, 3);
      co_await yield_now();
      first.cancel();
      co_await yield_now();
      permits.release(2);
    });
    EXPECT_EQ(order, (std::vector{2, 3}));
  });
}

TEST(semaphore, a_waiter_cancelled_with_the_release_does_not_swallow_the_permit) {
  run_virtual([]() -> task<> {
    semaphore permits(1);
    co_await with_group([&](task_group& group) -> task<> {
      child<void> second;
      auto first = group.spawn([&]() -> task<> {
        {
          auto permit = co_await permits.scoped_acquire();
          co_await yield_now();
          second.cancel();
        }
        EXPECT_EQ(permits.value(), 1);
      });
      second = group.spawn([&]() -> task<> {
        auto permit = co_await permits.scoped_acquire();
        ADD_FAILURE() << "it was cancelled before the release";
      });
      co_await first;
      co_await yield_now();
      EXPECT_TRUE(second.was_cancelled());
      co_await timeout(1s, permits.acquire());
    });
  });
}

TEST(semaphore, a_waiter_cancelled_after_the_hand_over_has_the_permit) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    bool held = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        auto permit = co_await permits.scoped_acquire();
        held = true;
        co_await yield_now();
        ADD_FAILURE() << "a wait in a cancelled task";
      });
      co_await yield_now();
      permits.release();
      waiter.cancel();
    });
    EXPECT_TRUE(held);
    EXPECT_EQ(permits.value(), 1);
  });
}

TEST(semaphore, acquiring_a_free_permit_in_a_cancelled_scope_throws_and_takes_nothing) {
  run_virtual([]() -> task<> {
    semaphore permits(1);
    cancel_scope scope;
    scope.cancel();
    auto acquire = [](semaphore& free) -> task<> { co_await free.acquire(); };
    bool passed = co_await within(scope, acquire(permits));
    EXPECT_FALSE(passed);
    EXPECT_EQ(permits.value(), 1);
  });
}

TEST(semaphore, an_interrupted_waiter_has_no_permit) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn(
          [&]() -> task<> { EXPECT_THROW(co_await permits.acquire(), std::runtime_error); });
      co_await yield_now();
      waiter.interrupt(std::runtime_error("look"));
      co_await waiter;
      permits.release();
      EXPECT_EQ(permits.value(), 1);
    });
  });
}

TEST(semaphore, a_select_takes_a_permit_only_if_it_wins) {
  run_virtual([]() -> task<> {
    semaphore permits(1);
    event flag;
    flag.set();
    auto set_first = co_await select(flag.wait(), permits.scoped_acquire());
    EXPECT_EQ(set_first.index(), 0u);
    EXPECT_EQ(permits.value(), 1);
    flag.clear();
    {
      auto free_first = co_await select(flag.wait(), permits.scoped_acquire());
      EXPECT_EQ(free_first.index(), 1u);
      EXPECT_EQ(permits.value(), 0);
    }
    EXPECT_EQ(permits.value(), 1);
  });
}

TEST(semaphore, shuffled_tasks_never_hold_more_than_all_permits) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    run_virtual(virtual_run_options{.seed = seed, .shuffle = true}, []() -> task<> {
      semaphore permits(3);
      int inside = 0;
      int most = 0;
      auto worker = [&]() -> task<> {
        for (int round = 0; round < 5; ++round) {
          auto permit = co_await permits.scoped_acquire();
          most = std::max(most, ++inside);
          co_await yield_now();
          --inside;
        }
      };
      co_await with_group([&](task_group& group) -> task<> {
        for (int count = 0; count < 8; ++count) group.spawn(worker);
        co_return;
      });
      EXPECT_EQ(most, 3);
      EXPECT_EQ(permits.value(), 3);
    });
  }
}

TEST(semaphore, a_task_that_waits_for_it_says_so) {
  run_virtual([]() -> task<> {
    semaphore permits(0);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await permits.acquire(); });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for permit of semaphore"),
                std::string::npos);
      permits.release();
    });
  });
}

TEST(bounded_semaphore, can_be_released_as_often_as_it_was_acquired) {
  run_virtual([]() -> task<> {
    bounded_semaphore permits(2);
    co_await permits.acquire();
    co_await permits.acquire();
    permits.release(2);
    EXPECT_EQ(permits.value(), 2);
  });
}

TEST(semaphore_death, misuse_is_an_error) {
  EXPECT_DEATH(semaphore(-1), "no fewer than zero");
  EXPECT_DEATH(semaphore().release(-1), "negative release");
  EXPECT_DEATH(bounded_semaphore().release(), "released too many times");
}

}  // namespace
