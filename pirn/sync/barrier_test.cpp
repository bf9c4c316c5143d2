// barrier: tasks wait there for each other until a set number has come.
#include "pirn/sync/barrier.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;
using pirn::testing::virtual_run_options;

constexpr std::size_t all = 5;

static_assert(!wait_like<barrier>, "a barrier itself is not awaited; wait() is");

void expect_empty(const barrier& gate) {
  EXPECT_EQ(gate.n_waiting(), 0u);
  EXPECT_FALSE(gate.broken());
}

template <class Fn>
task<> spawn_and_join(std::size_t count, Fn& fn) {
  co_await with_group([&](task_group& group) -> task<> {
    for (std::size_t each = 0; each < count; ++each) group.spawn(std::ref(fn));
    co_return;
  });
}

TEST(barrier, starts_empty) {
  barrier gate(all);
  EXPECT_EQ(gate.parties(), all);
  expect_empty(gate);
}

TEST(barrier, of_one_party_never_suspends) {
  run_virtual([]() -> task<> {
    barrier gate(1);
    for (int round = 0; round < 2; ++round) {
      std::size_t index = co_await gate.wait();
      EXPECT_EQ(index, 0u);
      expect_empty(gate);
    }
  });
}

TEST(barrier, fills_task_by_task_and_then_lets_all_go) {
  run_virtual([]() -> task<> {
    barrier gate(3);
    std::vector<std::size_t> passed;
    auto pass = [&]() -> task<> {
      std::size_t index = co_await gate.wait();
      passed.push_back(index);
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (std::size_t count = 1; count <= 2; ++count) {
        group.spawn(pass);
        co_await yield_now();
        EXPECT_EQ(gate.n_waiting(), count);
        EXPECT_TRUE(passed.empty());
      }
      group.spawn(pass);
    });
    EXPECT_EQ(passed, (std::vector<std::size_t>{2, 0, 1}));  // the last to come never suspended
    expect_empty(gate);
  });
}

TEST(barrier, can_be_passed_again_and_again) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::vector<int> rounds;
    auto pass_twice = [&]() -> task<> {
      co_await gate.wait();
      rounds.push_back(1);
      co_await gate.wait();
      rounds.push_back(2);
    };
    co_await spawn_and_join(all, pass_twice);
    EXPECT_EQ(std::ranges::count(rounds, 1), static_cast<std::ptrdiff_t>(all));
    EXPECT_EQ(std::ranges::count(rounds, 2), static_cast<std::ptrdiff_t>(all));
    expect_empty(gate);
  });
}

TEST(barrier, each_round_gives_each_place_once) {
  run_virtual([]() -> task<> {
    barrier gate(all);
    std::vector<std::size_t> first;
    std::vector<std::size_t> second;
    auto pass_twice = [&]() -> task<> {
      std::size_t index = co_await gate.wait();
      first.push_back(index);
      index = co_await gate.wait();
      second.push_back(index);
    };
    co_await spawn_and_join(all, pass_twice);
    std::ranges::sort(first);
    std::ranges::sort(second);
    EXPECT_EQ(first, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
    EXPECT_EQ(second, first);
  });
}

TEST(barrier, is_open_for_the_next_round_before_the_last_one_has_run) {
  run_virtual([]() -> task<> {
    barrier gate(2);
    std::vector<std::string> order;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await gate.wait();
        order.push_back("first through");
        co_await gate.wait();
      });
      co_await yield_now();
      co_await gate.wait();
      EXPECT_EQ(gate.n_waiting(), 0u);
      order.push_back("second through");
      co_await gate.wait();
    });
    EXPECT_EQ(order, (std::vector<std::string>{"second through", "first through"}));
  });
}

TEST(barrier, tasks_that_come_again_wait_for_the_next_round) {
  run_virtual([]() -> task<> {
    constexpr std::size_t again = 2;
    barrier gate(all);
    barrier rest(all - again);  // only passed when exactly three tasks come here
    std::size_t to_come_again = again;
    auto visit = [&]() -> task<> {
      co_await gate.wait();
      if (to_come_again > 0) {
        --to_come_again;
        co_await gate.wait();
      } else {
        co_await rest.wait();
        co_await gate.wait();
      }
    };
    co_await spawn_and_join(all, visit);
    expect_empty(gate);
    expect_empty(rest);
  });
}

TEST(barrier, a_cancelled_task_steps_back_and_the_others_wait_for_another) {
  run_virtual([]() -> task<> {
    barrier gate(3);
    std::vector<std::size_t> passed;
    auto pass = [&]() -> task<> {
      std::size_t index = co_await gate.wait();
      passed.push_back(index);
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.spawn(pass);
      group.spawn(pass);
      co_await yield_now();
      EXPECT_EQ(gate.n_waiting(), 2u);
      first.cancel();
      EXPECT_EQ(gate.n_waiting(), 1u);
      co_await yield_now();
      EXPECT_TRUE(first.was_cancelled());
      group.spawn(pass);
      co_await yield_now();
      EXPECT_EQ(gate.n_waiting(), 2u);
      group.spawn(pass);
    });
    std::ranges::sort(passed);
    EXPECT_EQ(passed, (std::vector<std::size_t>{0, 1, 2}));  // no place twice
    expect_empty(gate);
  });
}

TEST(barrier, a_task_cancelled_after_the_round_was_full_is_through) {
  run_virtual([]() -> task<> {
    barrier gate(2);
    bool through = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> {
        co_await gate.wait();
        through = true;
      });
      co_await yield_now();
      co_await gate.wait();
      waiter.cancel();
    });
    EXPECT_TRUE(through);
  });
}

TEST(barrier, coming_in_a_cancelled_scope_throws_and_counts_for_nothing) {
  run_virtual([]() -> task<> {
    barrier gate(1);
    cancel_scope scope;
    scope.cancel();
    auto pass = [](barrier& open) -> task<> { co_await open.wait(); };
    bool passed = co_await within(scope, pass(gate));
    EXPECT_FALSE(passed);
    expect_empty(gate);
  });
}

TEST(barrier, an_interrupted_task_steps_back) {
  run_virtual([]() -> task<> {
    barrier gate(2);
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn(
          [&]() -> task<> { EXPECT_THROW(co_await gate.wait(), std::invalid_argument); });
      co_await yield_now();
      waiter.interrupt(std::invalid_argument("look"));
      co_await waiter;
      EXPECT_EQ(gate.n_waiting(), 0u);
    });
  });
}

TEST(barrier, shuffled_tasks_pass_round_by_round) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    run_virtual(virtual_run_options{.seed = seed, .shuffle = true}, []() -> task<> {
      barrier gate(all);
      std::size_t arrived = 0;
      auto pass = [&]() -> task<> {
        for (std::size_t round = 1; round <= 6; ++round) {
          ++arrived;
          co_await gate.wait();
          EXPECT_GE(arrived, round * all);
        }
      };
      co_await spawn_and_join(all, pass);
      expect_empty(gate);
    });
  }
}

TEST(barrier, a_task_that_waits_there_says_how_many_have_come) {
  run_virtual([]() -> task<> {
    barrier gate(2);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await gate.wait(); });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for barrier, 1 of 2 there"),
                std::string::npos);
      co_await gate.wait();
    });
  });
}

TEST(barrier, a_wait_may_be_awaited_again) {
  run_virtual([]() -> task<> {
    barrier meeting(1);
    auto arrival = meeting.wait();
    std::size_t place = co_await arrival;
    EXPECT_EQ(place, 0u);
    meeting.abort();
    bool thrown = false;
    try {
      co_await arrival;
    } catch (const broken_barrier&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

TEST(barrier_death, misuse_is_an_error) {
  EXPECT_DEATH(barrier(0), "at least one party");
}

}  // namespace
