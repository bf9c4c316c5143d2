// replicate: results by seed, failures that name theirs, and the end of what nobody wants.
#include "pirn/simulation/replicate.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/run/run.hpp"
#include "pirn/simulation/simulation.hpp"
#include "pirn/simulation/tally.hpp"

namespace pirn {
namespace {

using namespace std::chrono_literals;
using hours = std::chrono::duration<double, std::ratio<3600>>;

task<> sleep_often(double* slept) {
  for (int i = 0; i < 10; ++i) {
    co_await sleep_for(hours(simulation::current().random().expovariate(1.0)));
  }
  *slept = simulation::current().now_in<hours>().count();
}

/// Ten sleeps of an hour in the mean.
double sleeper(std::uint64_t seed) {
  double slept = 0;
  simulation sim({.seed = seed});
  sim.spawn(sleep_often, &slept);
  sim.run();
  return slept;
}

template <class Runs>
auto all_of(Runs runs) {
  std::vector<typename Runs::value_type> results;
  for (auto& each : runs) results.push_back(each);
  return results;
}

TEST(des_replicate, gives_the_same_on_every_executor) {
  inline_executor here;
  thread_pool pool(3);
  const std::vector<double> expected = all_of(des::replicate(50, sleeper, here));
  ASSERT_EQ(expected.size(), 50U);
  EXPECT_EQ(expected[7], sleeper(7));
  EXPECT_EQ(all_of(des::replicate(50, sleeper, pool)), expected);
  EXPECT_EQ(all_of(des::replicate(50, sleeper, pool, {.chunk = 7, .buffer = 2})), expected);
}

TEST(des_replicate, its_tally_holds_the_truth_within_its_confidence) {
  thread_pool pool(2);
  des::tally slept;
  for (double each : des::replicate(200, sleeper, pool, {.first_seed = 1, .chunk = 10})) {
    slept.observe(each);
  }
  EXPECT_TRUE(slept.independent_confidence(0.999).contains(10)) << slept.mean();
  EXPECT_LT(slept.independent_confidence(0.999).half_width, 1);
}

TEST(des_replicate, results_come_by_seed_whatever_ends_first) {
  thread_pool pool(2);
  std::latch second_has_ended(1);
  const auto experiment = [&](std::uint64_t seed) {
    if (seed == 5) second_has_ended.wait();
    if (seed == 6) second_has_ended.count_down();
    return seed;
  };
  EXPECT_EQ(all_of(des::replicate(2, experiment, pool, {.first_seed = 5})),
            (std::vector<std::uint64_t>{5, 6}));
}

TEST(des_replicate, no_more_begin_than_there_is_room_for) {
  inline_executor here;
  std::uint64_t begun = 0;
  auto runs = des::replicate(100,
                             [&](std::uint64_t) {
                               ++begun;
                               return begun;
                             },
                             here, {.chunk = 2, .buffer = 3});
  EXPECT_EQ(begun, 6U);
  for (std::uint64_t each : runs) {
    static_cast<void>(each);
    EXPECT_LE(begun, runs.given() + 7);
  }
  EXPECT_EQ(begun, 100U);
}

TEST(des_replicate, seeds_go_round) {
  inline_executor here;
  const auto same = [](std::uint64_t seed) { return seed; };
  EXPECT_EQ(all_of(des::replicate(3, same, here, {.first_seed = UINT64_MAX})),
            (std::vector<std::uint64_t>{UINT64_MAX, 0, 1}));
  EXPECT_TRUE(all_of(des::replicate(0, same, here)).empty());
}

std::uint64_t fail_at_12(std::uint64_t seed) {
  if (seed == 12) throw std::domain_error("no such day");
  return seed;
}

TEST(des_replicate, a_failure_names_its_seed_and_what_it_was) {
  thread_pool pool(2);
  auto runs = des::replicate(5, fail_at_12, pool, {.first_seed = 10, .chunk = 4});
  std::vector<std::uint64_t> seen;
  std::string failure;
  for (auto at = runs.begin(); at != runs.end(); ++at) {
    try {
      seen.push_back(*at);
      EXPECT_EQ(runs.seed(), seen.back());
    } catch (const des::replication_error& error) {
      failure = error.what();
      EXPECT_EQ(error.seed(), 12U);
      EXPECT_EQ(runs.seed(), 12U);
      EXPECT_THROW(std::rethrow_if_nested(error), std::domain_error);
    }
  }
  EXPECT_EQ(failure, "replication with seed 12: no such day");
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{10, 11, 13, 14}));
}

std::uint64_t give_up_at_12(std::uint64_t seed) {
  if (seed == 12) throw cancelled();
  return seed;
}

TEST(des_replicate, one_that_ends_as_cancelled_has_failed_and_the_others_keep_their_seeds) {
  thread_pool pool(2);
  run([&]() -> task<> {
    auto runs = des::replicate(5, give_up_at_12, pool, {.first_seed = 10, .chunk = 4});
    std::uint64_t failed = 0;
    while (runs.given() < runs.size()) {
      try {
        std::optional<std::uint64_t> each = co_await runs.next();
        EXPECT_EQ(each, runs.seed());
      } catch (const des::replication_error& error) {
        failed = error.seed();
        EXPECT_THROW(std::rethrow_if_nested(error), cancelled);
      }
    }
    EXPECT_EQ(failed, 12U);
  });
}

TEST(des_replicate, a_wait_that_is_cancelled_loses_nothing) {
  thread_pool pool(2);
  std::latch may_end(1);
  run([&]() -> task<> {
    const auto experiment = [&](std::uint64_t seed) {
      may_end.wait();
      return seed;
    };
    auto runs = des::replicate(3, experiment, pool);
    const auto wait = [&]() -> task<> { co_await runs.next(); };
    const bool came = co_await move_on_after(0s, wait());
    EXPECT_FALSE(came);
    EXPECT_EQ(runs.given(), 0U);
    may_end.count_down();
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      std::optional<std::uint64_t> each = co_await runs.next();
      EXPECT_EQ(each, seed);
      EXPECT_EQ(runs.seed(), seed);
    }
  });
}

TEST(des_replicate, a_chunk_has_no_more_than_there_are_and_not_too_many) {
  inline_executor here;
  const auto same = [](std::uint64_t seed) { return seed; };
  EXPECT_EQ(all_of(des::replicate(2, same, here, {.chunk = SIZE_MAX})),
            (std::vector<std::uint64_t>{0, 1}));
  EXPECT_TRUE(all_of(des::replicate(0, same, here, {.chunk = SIZE_MAX})).empty());
  EXPECT_THROW(static_cast<void>(des::replicate(SIZE_MAX, same, here, {.chunk = SIZE_MAX})),
               std::invalid_argument);
  EXPECT_THROW(static_cast<void>(des::replicate(2, same, here, {.chunk = 0})),
               std::invalid_argument);
}

TEST(des_replicate, on_a_loop_too) {
  thread_pool pool(2);
  run([&]() -> task<> {
    auto runs = des::replicate(5, fail_at_12, pool, {.first_seed = 10});
    EXPECT_EQ(runs.size(), 5U);
    std::vector<std::uint64_t> seen;
    std::uint64_t failed = 0;
    while (runs.given() < runs.size()) {
      try {
        std::optional<std::uint64_t> each = co_await runs.next();
        seen.push_back(*each);
      } catch (const des::replication_error& error) {
        failed = error.seed();
      }
    }
    std::optional<std::uint64_t> end = co_await runs.next();
    EXPECT_FALSE(end);
    EXPECT_EQ(failed, 12U);
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{10, 11, 13, 14}));
  });
}

task<> sleep_for_ever(std::latch* begun) {
  begun->count_down();
  for (;;) co_await sleep_for(1h);
}

/// Simulations without an end, and how they ended.
struct endless {
  std::latch begun{2};
  std::atomic<int> runs = 0;
  std::atomic<int> cut_short = 0;

  int run(std::uint64_t seed) {
    ++runs;
    simulation sim({.seed = seed});
    sim.spawn(sleep_for_ever, &begun);
    try {
      sim.run();
    } catch (const cancelled&) {
      ++cut_short;
      EXPECT_THROW(sim.run(), cancelled);
      EXPECT_THROW(simulation().run(), cancelled) << "one that is made afterwards ends, too";
      throw;
    }
    return 0;
  }
};

TEST(des_replicate, dropping_it_ends_the_simulations_that_run) {
  endless days;
  thread_pool pool(2);
  {
    auto runs = des::replicate(100, [&](std::uint64_t seed) { return days.run(seed); }, pool,
                               {.chunk = 10});
    days.begun.wait();
  }
  pool.shutdown();
  EXPECT_EQ(days.cut_short, 2);
  EXPECT_EQ(days.runs, 2) << "those behind them never begin";
}

TEST(des_replicate, cancelling_who_waits_ends_the_simulations_that_run) {
  endless days;
  thread_pool pool(2);
  run([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      child<> waiting = group.spawn([&]() -> task<> {
        auto runs = des::replicate(100, [&](std::uint64_t seed) { return days.run(seed); }, pool);
        co_await runs.next();
      });
      co_await sleep_for(0s);
      days.begun.wait();
      waiting.cancel();
    });
  });
  pool.shutdown();
  EXPECT_EQ(days.cut_short, 2);
}

}  // namespace
}  // namespace pirn
