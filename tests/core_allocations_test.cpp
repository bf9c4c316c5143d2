// Once warm, the core allocates nothing: awaits, sleeps, spawns, groups, time-outs, races.
#include <deque>
#include <memory>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/base/random.hpp"
#include "pirn/core/async_generator.hpp"
#include "pirn/core/completion.hpp"
#include "pirn/core/gather.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/task_local.hpp"
#include "pirn/core/timer.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"
#include "tests/allocations_test.hpp"

namespace pirn {

namespace {

using namespace std::chrono_literals;

/// Runs `work()` until it is warm, then counts.
/// Returns: how often the last run allocated; always 0 under sanitizers, where frames are not used
///          again.
std::size_t allocations_of(task<> (*work)()) {
  return testing::run_virtual([&]() -> task<std::size_t> {
    std::size_t before = 0;
    for (int run = 0; run < 5; ++run) {
      before = allocations;
      co_await work();
    }
    co_return detail::sanitized ? 0 : allocations - before;
  });
}

task<int> five_deep(int depth) {
  if (depth == 0) co_return 1;
  int below = co_await five_deep(depth - 1);
  co_return below + 1;
}

task<> nap(int length) {
  co_await sleep_for(std::chrono::milliseconds(length));
}

}  // namespace

TEST(core_allocations, the_counter_counts) {
  auto allocate = []() -> task<> {
    void* made = ::operator new(1);  // called so, it cannot be optimised away
    co_await yield_now();
    ::operator delete(made);
  };
  EXPECT_EQ(allocations_of(allocate), detail::sanitized ? 0u : 1u);
}

TEST(core_allocations, await) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 100; ++i) static_cast<void>(co_await five_deep(5));
            }),
            0u);
}

TEST(core_allocations, sleep_and_yield) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 100; ++i) {
                co_await sleep_for(1ms);
                co_await yield_now();
                co_await check_cancelled();
              }
            }),
            0u);
}

TEST(core_allocations, group_and_spawn) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 10; ++i) {
                co_await with_group([](task_group& group) -> task<> {
                  for (int child = 0; child < 100; ++child) group.spawn(nap, child);
                  auto last = group.spawn(nap, 3);
                  co_await last;
                });
              }
            }),
            0u);
}

TEST(core_allocations, spawn_of_a_closure) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              int sum = 0;
              co_await with_group([&](task_group& group) {
                for (int child = 0; child < 100; ++child) {
                  group.spawn([&sum](const int& number) { sum += number; }, child);
                }
              });
            }),
            0u);
}

TEST(core_allocations, cancelling_a_child) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              co_await with_group([](task_group& group) -> task<> {
                auto sleeper = group.spawn(nap, 1000);
                co_await yield_now();
                sleeper.cancel();
              });
            }),
            0u);  // the exception object is malloc()ed by the C++ runtime, outside of operator new
}

TEST(core_allocations, time_outs_shields_and_scopes) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 100; ++i) {
                co_await timeout(1s, nap(1));
                co_await timeout(1s, sleep_for(1ms));
                co_await move_on_after(1s, nap(1));
                co_await shield(nap(1));
                co_await finally(nap(1), nap(1));
              }
            }),
            0u);
}

TEST(core_allocations, gather_and_race) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 100; ++i) {
                static_cast<void>(co_await gather(five_deep(1), nap(1), five_deep(2)));
                static_cast<void>(co_await race(five_deep(1), five_deep(2)));
              }
            }),
            0u);
}

TEST(core_allocations, select) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 100; ++i) {
                completion<> never_set;
                auto which = co_await select(never_set.wait(), sleep_for(1ms));
                EXPECT_EQ(which.index(), 1u);
              }
            }),
            0u);
}

TEST(core_allocations, async_generator) {
  EXPECT_EQ(allocations_of([]() -> task<> {
              auto count = []() -> pirn::async_generator<int> {
                for (int i = 0; i < 100; ++i) {
                  co_await yield_now();
                  co_yield i;
                }
              };
              pirn::async_generator<int> numbers = count();
              while (true) {
                std::optional<int> next = co_await numbers.next();
                if (!next) break;
              }
            }),
            0u);
}

TEST(core_allocations, task_locals) {
  static task_local<int> number(0);
  EXPECT_EQ(allocations_of([]() -> task<> {
              for (int i = 0; i < 100; ++i) {
                number.set(i);
                auto inner = number.set_here(2 * i);
                co_await yield_now();
              }
            }),
            0u);
}

TEST(core_allocations, timers_set_and_taken_back_in_any_order) {
  struct silent_timer final : timer_node {
    void fire() noexcept override {}
  };
  constexpr int many = 1000;
  timer_queue queue;
  std::deque<silent_timer> timers(many);
  random_source random(1);
  std::size_t before = 0;
  for (int round = 0; round < 200'000; ++round) {
    if (round == 100'000) before = allocations;
    silent_timer& one = timers[random.below(many)];
    if (one.is_armed()) queue.remove(one);
    queue.add(one, time_point(duration(1 + static_cast<std::int64_t>(random.below(1'000'000)))));
  }
  EXPECT_EQ(allocations, before);
  for (silent_timer& each : timers) {
    if (each.is_armed()) queue.remove(each);
  }
}

}  // namespace pirn
