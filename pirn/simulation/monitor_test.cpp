#include "pirn/simulation/monitor.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/simulation/random.hpp"
#include "pirn/simulation/simulation.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace pirn::des {
namespace {

using namespace std::chrono_literals;
using ::pirn::testing::run_virtual;

TEST(monitor, weighs_each_level_by_its_time) {
  run_virtual([]() -> task<> {
    monitor queue(2);
    co_await sleep_for(30s);
    queue.observe(5);
    EXPECT_EQ(queue.level(), 5);
    co_await sleep_for(10s);
    EXPECT_DOUBLE_EQ(queue.mean(), 2.75);
    EXPECT_DOUBLE_EQ(queue.variance(), 1.6875);
    EXPECT_DOUBLE_EQ(queue.deviation(), std::sqrt(1.6875));
    EXPECT_EQ(queue.observed(), 40s);
    EXPECT_EQ(queue.minimum(), 2);
    EXPECT_EQ(queue.maximum(), 5);
  });
}

TEST(monitor, counts_up_to_the_present_however_often_it_is_asked) {
  run_virtual([]() -> task<> {
    monitor queue;
    queue.add(1);
    queue.add(1);
    for (int i = 0; i < 10; ++i) {
      co_await sleep_for(1s);
      EXPECT_EQ(queue.mean(), 2);
    }
    queue.add(-2);
    co_await sleep_for(10s);
    EXPECT_EQ(queue.mean(), 1);
    EXPECT_EQ(queue.level(), 0);
  });
}

TEST(monitor, does_not_count_a_level_that_lasts_no_time) {
  run_virtual([]() -> task<> {
    monitor queue;
    EXPECT_TRUE(std::isnan(queue.mean()));
    queue.observe(1000);
    queue.observe(1);
    co_await sleep_for(1s);
    EXPECT_EQ(queue.maximum(), 1);
    EXPECT_EQ(queue.minimum(), 1);
  });
}

TEST(monitor, knows_what_was_not_exceeded_for_a_share_of_the_time) {
  run_virtual([]() -> task<> {
    monitor queue;
    for (int level = 0; level < 10; ++level) {
      queue.observe(level);
      co_await sleep_for(1min);
    }
    EXPECT_EQ(queue.median(), 4);
    EXPECT_EQ(queue.percentile(0.9), 8);
    EXPECT_EQ(queue.percentile(0.91), 9);
    EXPECT_EQ(queue.in_bins(2).weight(0), 5 * 60e9);
  });
}

TEST(monitor, leaves_out_the_time_before_its_own) {
  run_virtual([]() -> task<> {
    monitor queue(100, monitor_options{.from = now() + 15s});
    co_await sleep_for(10s);
    queue.observe(3);
    co_await sleep_for(3s);
    EXPECT_TRUE(std::isnan(queue.mean()));
    co_await sleep_for(7s);
    queue.observe(1);
    co_await sleep_for(5s);
    EXPECT_EQ(queue.mean(), 2);
    EXPECT_EQ(queue.observed(), 10s);
  });
}

TEST(monitor, keeps_its_level_when_it_forgets) {
  run_virtual([]() -> task<> {
    monitor queue(8, monitor_options{.series = true});
    co_await sleep_for(10s);
    queue.observe(4);
    queue.reset();
    co_await sleep_for(10s);
    EXPECT_EQ(queue.mean(), 4);
    EXPECT_EQ(queue.series().size(), 1U);
  });
}

TEST(monitor, keeps_the_series_of_changes) {
  run_virtual([]() -> task<> {
    monitor queue(0, monitor_options{.kept = keep::moments, .series = true});
    const time_point begin = now();
    co_await sleep_for(1500ms);
    queue.observe(7);
    queue.observe(1);
    co_await sleep_for(1s);
    queue.observe(2.5);
    EXPECT_EQ(queue.series().size(), 3U);
    EXPECT_EQ(queue.series()[1].when, begin + 1500ms);
    EXPECT_EQ(queue.series_csv(), "time,level\n0,0\n1.5,1\n2.5,2.5\n");
  });
}

TEST(monitor, gives_the_series_in_seconds_whatever_the_tick) {
  simulation sim({.start_time = time_point(pirn::duration(2)), .tick = tick::minute});
  monitor queue(sim.loop(), 5, monitor_options{.series = true});
  sim.spawn(
      [](monitor* observed) -> task<> {
        co_await sleep_for(3min);
        observed->observe(6);
      },
      &queue);
  sim.run();
  EXPECT_EQ(queue.series_csv(), "time,level\n120,5\n300,6\n");
}

TEST(monitor, follows_the_clock_that_it_was_given) {
  ::pirn::testing::virtual_world world;
  monitor queue(world.loop(), 1);
  loop_runner::run(world.loop(), [](monitor& queue) -> task<> {
    co_await sleep_for(1s);
    queue.observe(4);
    co_await sleep_for(2s);
  }(queue));
  EXPECT_EQ(queue.mean(), 3);  // up to the present of that loop, which does not run
  EXPECT_EQ(queue.observed(), 3s);
}

TEST(monitor, is_read_after_the_loop_has_ended) {
  monitor queue;
  time_point end;
  run_virtual([&]() -> task<> {
    co_await sleep_for(1s);
    queue.observe(4);
    co_await sleep_for(1s);
    end = now();
  });
  EXPECT_EQ(queue.mean(), 0);  // it has heard of nothing after the change
  queue.advance(end);
  EXPECT_EQ(queue.mean(), 2);
  queue.advance(end + 2s);
  EXPECT_EQ(queue.mean(), 3);
}

// A level that is on for exponential times, mean 2, and off for such times, mean 1: on for two
// thirds of the time.
TEST(monitor, gives_an_interval_for_the_mean) {
  run_virtual([]() -> task<> {
    random source(9);
    monitor on(0, monitor_options{.kept = keep::moments});
    for (int i = 0; i < 20'000; ++i) {
      const duration off_for = round<duration>(source.expovariate(1s));
      co_await sleep_for(off_for);
      on.observe(1);
      const duration on_for = round<duration>(source.expovariate(2s));
      co_await sleep_for(on_for);
      on.observe(0);
    }
    const confidence_interval interval = on.confidence(0.99);
    EXPECT_TRUE(interval.contains(2.0 / 3)) << interval.low() << " " << interval.high();
    EXPECT_LT(interval.half_width, 0.01);
    EXPECT_NEAR(on.variance(), 2.0 / 9, 0.01);
  });
}

}  // namespace
}  // namespace pirn::des
