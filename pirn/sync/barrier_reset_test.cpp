// barrier: what abort() and reset() do to the tasks that wait there.
#include <cstddef>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/sync/barrier.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace pirn;
using pirn::testing::run_virtual;

constexpr std::size_t all = 5;

template <class Fn>
task<> spawn_and_join(std::size_t count, Fn& fn) {
  co_await with_group([&](task_group& group) -> task<> {
    for (std::size_t each = 0; each < count; ++each) group.spawn(std::ref(fn));
    co_return;
  });
}

/// Waits.
/// Returns: whether the barrier let it pass.
task<bool> passes(barrier& gate) {
  try {
    co_await gate.wait();
  } catch (const broken_barrier&) {
    co_return false;
  }
  co_return true;
}

TEST(barrier_reset, of_an_empty_one_changes_nothing) {
  barrier gate(1);
  gate.reset();
  EXPECT_EQ(gate.n_waiting(), 0u);
  EXPECT_FALSE(gate.broken());
}

TEST(barrier_reset, turns_away_the_tasks_that_wait) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t turned_away = 0;
    auto wait = [&]() -> task<> {
      bool passed = co_await passes(gate);
      if (!passed) ++turned_away;
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (std::size_t each = 0; each + 1 < all; ++each) group.spawn(wait);
      co_await yield_now();
      EXPECT_EQ(gate.n_waiting(), all - 1);
      gate.reset();
      EXPECT_EQ(gate.n_waiting(), 0u);
      EXPECT_FALSE(gate.broken());
    });
    EXPECT_EQ(turned_away, all - 1);
  });
}

TEST(barrier_reset, does_not_reach_tasks_of_a_full_round) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t passed_count = 0;
    auto wait = [&]() -> task<> {
      bool passed = co_await passes(gate);
      if (!passed) co_return;
      if (++passed_count == all / 2) gate.reset();  // three of the round have not run yet
    };
    co_await spawn_and_join(all, wait);
    EXPECT_EQ(passed_count, all);
    EXPECT_EQ(gate.n_waiting(), 0u);
  });
}

TEST(barrier_reset, turns_away_those_that_have_come_again) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t turned_away = 0;
    std::size_t count = 0;
    auto wait = [&]() -> task<> {
      co_await gate.wait();
      if (++count == all) {
        gate.reset();
        co_return;
      }
      bool passed = co_await passes(gate);
      if (!passed) ++turned_away;
    };
    co_await spawn_and_join(all, wait);
    EXPECT_EQ(turned_away, all - 1);
    EXPECT_EQ(gate.n_waiting(), 0u);
    EXPECT_FALSE(gate.broken());
  });
}

TEST(barrier_reset, lets_the_tasks_come_again) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t turned_away = 0;
    std::size_t passed_count = 0;
    auto insist = [&]() -> task<> {
      bool passed = co_await passes(gate);
      if (!passed) ++turned_away;
      co_await gate.wait();
      ++passed_count;
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (std::size_t each = 0; each + 1 < all; ++each) group.spawn(insist);
      co_await yield_now();
      gate.reset();
      co_await gate.wait();
      ++passed_count;
    });
    EXPECT_EQ(turned_away, all - 1);
    EXPECT_EQ(passed_count, all);
    EXPECT_EQ(gate.n_waiting(), 0u);
  });
}

TEST(barrier_reset, by_the_last_of_a_round_leaves_a_barrier_that_works) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t count = 0;
    std::size_t passed_thrice = 0;
    auto wait = [&]() -> task<> {
      co_await gate.wait();
      if (++count == 1) gate.reset();  // nobody has come again yet
      co_await gate.wait();
      co_await gate.wait();
      ++passed_thrice;
    };
    co_await spawn_and_join(all, wait);
    EXPECT_EQ(passed_thrice, all);
    EXPECT_EQ(gate.n_waiting(), 0u);
    EXPECT_FALSE(gate.broken());
  });
}

TEST(barrier_abort, of_an_empty_one_breaks_it) {
  run_virtual([]() -> task<> {
    barrier gate(1);
    gate.abort();
    EXPECT_EQ(gate.n_waiting(), 0u);
    EXPECT_TRUE(gate.broken());
    bool passed = co_await passes(gate);
    EXPECT_FALSE(passed);
    gate.reset();
    passed = co_await passes(gate);
    EXPECT_TRUE(passed);
  });
}

TEST(barrier_abort, turns_away_those_that_wait_and_those_that_come) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t turned_away = 0;
    std::size_t count = 0;
    auto wait = [&]() -> task<> {
      co_await gate.wait();
      if (++count == 3) {
        gate.abort();  // two have come again, two have yet to run
        co_return;
      }
      bool passed = co_await passes(gate);
      if (!passed) ++turned_away;
    };
    co_await spawn_and_join(all, wait);
    EXPECT_EQ(turned_away, all - 1);
    EXPECT_TRUE(gate.broken());
    EXPECT_EQ(gate.n_waiting(), 0u);
  });
}

TEST(barrier_abort, by_a_task_that_failed_turns_the_others_away) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::size_t passed_twice = 0;
    std::size_t turned_away = 0;
    auto wait = [&]() -> task<> {
      try {
        std::size_t index = co_await gate.wait();
        if (index == all / 2) throw std::runtime_error("it failed");
        co_await gate.wait();
        ++passed_twice;
      } catch (const broken_barrier&) {
        ++turned_away;
      } catch (const std::runtime_error&) {
        gate.abort();
      }
    };
    co_await spawn_and_join(all, wait);
    EXPECT_TRUE(gate.broken());
    EXPECT_EQ(passed_twice, 0u);
    EXPECT_EQ(turned_away, all - 1);
    EXPECT_EQ(gate.n_waiting(), 0u);
  });
}

TEST(barrier_abort, can_be_undone_by_a_reset_that_a_second_barrier_guards) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    barrier guard(all);
    std::size_t turned_away = 0;
    std::size_t passed_count = 0;
    auto wait = [&]() -> task<> {
      std::size_t index = co_await gate.wait();
      if (index == all / 2) {
        gate.abort();
      } else {
        bool passed = co_await passes(gate);
        if (!passed) ++turned_away;
      }
      index = co_await guard.wait();
      if (index == all / 2) gate.reset();
      co_await guard.wait();
      co_await gate.wait();
      ++passed_count;
    };
    co_await spawn_and_join(all, wait);
    EXPECT_FALSE(gate.broken());
    EXPECT_EQ(turned_away, all - 1);
    EXPECT_EQ(passed_count, all);
    EXPECT_EQ(gate.n_waiting(), 0u);
  });
}

}  // namespace
