// sync: programs over every primitive, cancelled at each of their suspensions.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/barrier.hpp"
#include "pirn/sync/condition.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/mutex.hpp"
#include "pirn/sync/queue.hpp"
#include "pirn/sync/semaphore.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::expect_no_error;
using pirn::testing::program_maker;

constexpr std::uint64_t seeds = 4;

// Primitives are destroyed at the end of each program, which asserts that nobody waits any more and
// that no mutex is locked.

/// Cancels `program` everywhere: as a whole and task by task, in the plain order and in shuffled
/// ones.
template <class Check>
void cancel_everywhere(const program_maker& program, Check check) {
  std::size_t runs = 0;
  auto look = [&](const cancelled_run& run) {
    SCOPED_TRACE(run.describe());
    check(run);
  };
  for (cancel_target target : {cancel_target::main_task, cancel_target::suspended_task}) {
    runs += cancel_each_await(program, look, {.target = target});
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      runs += cancel_each_await(program, look, {.target = target, .seed = seed, .shuffle = true});
    }
  }
  EXPECT_GT(runs, 100u);
}

/// A single task that was cancelled may leave the others waiting for it: that is their deadlock.
void expect_deadlock_at_most(const cancelled_run& run) {
  if (!run.error) return;
  EXPECT_THROW(std::rethrow_exception(run.error), deadlock_error);
}

TEST(sync_cancel, events) {
  auto program = []() -> task<> {
    event start;
    event half_way;
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 3; ++count) {
        group.spawn([&]() -> task<> {
          co_await start.wait();
          co_await yield_now();
          half_way.set();
          co_await half_way.wait();
        });
      }
      co_await yield_now();
      start.set();
      co_await half_way.wait();
    });
  };
  cancel_everywhere(program, expect_deadlock_at_most);
}

TEST(sync_cancel, a_mutex_is_never_held_by_two_and_always_freed) {
  int inside = 0;
  auto program = [&]() -> task<> {
    inside = 0;
    mutex m;
    auto worker = [&]() -> task<> {
      for (int round = 0; round < 2; ++round) {
        auto guard = co_await m.scoped_lock();
        EXPECT_EQ(++inside, 1);
        try {
          co_await sleep_for(1ms);
        } catch (const cancelled&) {
          --inside;
          throw;
        }
        --inside;
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 4; ++count) group.spawn(worker);
      co_return;
    });
    EXPECT_FALSE(m.locked());
  };
  cancel_everywhere(program, [&](const cancelled_run& run) {
    expect_no_error(run);
    EXPECT_EQ(inside, 0);
  });
}

TEST(sync_cancel, a_semaphore_loses_no_permit) {
  std::ptrdiff_t left = 0;
  auto program = [&]() -> task<> {
    left = 0;
    semaphore permits(2);
    auto worker = [&]() -> task<> {
      for (int round = 0; round < 2; ++round) {
        auto permit = co_await permits.scoped_acquire();
        co_await sleep_for(1ms);
      }
    };
    try {
      co_await with_group([&](task_group& group) -> task<> {
        for (int count = 0; count < 5; ++count) group.spawn(worker);
        co_return;
      });
    } catch (const cancelled&) {
      left = permits.value();
      throw;
    }
    left = permits.value();
  };
  cancel_everywhere(program, [&](const cancelled_run& run) {
    expect_no_error(run);
    EXPECT_EQ(left, 2);
  });
}

TEST(sync_cancel, who_leaves_a_condition_always_holds_its_mutex) {
  int unlocked = 0;
  auto program = [&]() -> task<> {
    mutex door;
    condition changed(door);
    int tokens = 0;
    auto take = [&]() -> task<> {
      for (int round = 0; round < 2; ++round) {
        auto guard = co_await door.scoped_lock();
        auto there = [&] { return tokens > 0; };
        task_record& me = co_await this_task_record{};
        try {
          co_await changed.wait_for(there);
        } catch (const cancelled&) {
          unlocked += door.holder() != &me;
          throw;
        }
        unlocked += door.holder() != &me;
        --tokens;
      }
    };
    auto give = [&]() -> task<> {
      for (int round = 0; round < 3; ++round) {
        auto guard = co_await door.scoped_lock();
        co_await yield_now();
        tokens += 2;
        changed.notify(2);
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 3; ++count) group.spawn(take);
      group.spawn(give);
      co_return;
    });
  };
  cancel_everywhere(program, [&](const cancelled_run& run) {
    expect_deadlock_at_most(run);
    EXPECT_EQ(unlocked, 0);
  });
}

TEST(sync_cancel, a_barrier_counts_only_those_that_are_there) {
  auto program = []() -> task<> {
    barrier gate(3);
    auto pass = [&]() -> task<> {
      for (int round = 0; round < 3; ++round) co_await gate.wait();
    };
    try {
      co_await with_group([&](task_group& group) -> task<> {
        for (int count = 0; count < 3; ++count) group.spawn(pass);
        co_return;
      });
    } catch (const cancelled&) {
      EXPECT_EQ(gate.n_waiting(), 0u);
      throw;
    }
    EXPECT_EQ(gate.n_waiting(), 0u);
  };
  cancel_everywhere(program, expect_deadlock_at_most);
}

// What was pushed has been popped or is still there; nothing is lost and nothing comes twice.
TEST(sync_cancel, a_queue_loses_and_doubles_nothing) {
  struct {
    std::vector<int> pushed;
    std::vector<int> seen;
  } world;
  auto program = [&]() -> task<> {
    world = {};
    queue<int> q(2);
    auto push = [&](int first) -> task<> {
      for (int item = first; item < first + 4; ++item) {
        co_await q.push(item);
        world.pushed.push_back(item);
      }
    };
    auto pop = [&]() -> task<> {
      for (int count = 0; count < 4; ++count) {
        int item = co_await q.pop();
        world.seen.push_back(item);
      }
    };
    auto drain = [&] {
      while (auto item = q.try_pop()) world.seen.push_back(*item);
    };
    try {
      co_await with_group([&](task_group& group) -> task<> {
        group.spawn(push, 0);
        group.spawn(push, 10);
        group.spawn(pop);
        group.spawn(pop);
        co_return;
      });
    } catch (const cancelled&) {
      drain();
      throw;
    }
    drain();
  };
  cancel_everywhere(program, [&](const cancelled_run& run) {
    expect_deadlock_at_most(run);
    std::ranges::sort(world.pushed);
    std::ranges::sort(world.seen);
    EXPECT_EQ(world.seen, world.pushed);
  });
}

TEST(sync_cancel, a_shut_down_queue_lets_everyone_go) {
  auto program = []() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto until_shut_down = [&](bool pushes) -> task<> {
        try {
          for (;;) {
            if (pushes) {
              co_await q.push(1);
            } else {
              co_await q.pop();
              q.task_done();
            }
          }
        } catch (const queue_shut_down&) {
        }
      };
      group.spawn(until_shut_down, true);
      group.spawn(until_shut_down, true);
      group.spawn(until_shut_down, false);
      for (int count = 0; count < 5; ++count) co_await yield_now();
      q.shutdown({.immediate = true});
      co_await q.join();
    });
  };
  cancel_everywhere(program, expect_no_error);
}

TEST(sync_cancel, a_select_over_all_of_them_takes_one_or_none) {
  int taken = 0;
  auto program = [&]() -> task<> {
    taken = 0;
    queue<int> q(1);
    mutex m;
    semaphore permits(0);
    event flag;
    auto choose = [&]() -> task<> {
      for (int round = 0; round < 3; ++round) {
        auto which =
            co_await select(q.pop(), m.scoped_lock(), permits.scoped_acquire(), flag.wait());
        if (which.index() == 0) ++taken;
        co_await sleep_for(1ms);
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto guard = co_await m.scoped_lock();
      group.spawn(choose);
      group.spawn(choose);
      co_await yield_now();
      co_await q.push(1);
      guard.unlock();
      permits.release();
      co_await sleep_for(1s);
      flag.set();
    });
    taken += static_cast<int>(q.size());
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(permits.value(), 1);
    EXPECT_FALSE(m.locked());
  };
  cancel_everywhere(program, expect_no_error);
}

}  // namespace
