#include "pirn/simulation/tally.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace pirn::des {
namespace {

using namespace std::chrono_literals;

TEST(tally, sums_up_what_it_observes) {
  tally waits;
  for (double each : {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}) waits.observe(each);
  EXPECT_EQ(waits.count(), 11U);
  EXPECT_DOUBLE_EQ(waits.mean(), 4);
  EXPECT_DOUBLE_EQ(waits.variance(), 5.6);
  EXPECT_DOUBLE_EQ(waits.deviation(), std::sqrt(5.6));
  EXPECT_EQ(waits.median(), 4);
  EXPECT_EQ(waits.percentile(0.1), 1);
  EXPECT_EQ(waits.minimum(), 1);
  EXPECT_EQ(waits.maximum(), 9);
  EXPECT_EQ(waits.in_bins(8).weight(0), 2);
  EXPECT_EQ(waits.confidence().half_width, waits.independent_confidence().half_width);
}

TEST(tally, without_observations_has_no_figures) {
  EXPECT_TRUE(std::isnan(tally().mean()));
  EXPECT_TRUE(std::isnan(tally().median()));
  EXPECT_EQ(tally().count(), 0U);
}

TEST(tally, leaves_out_what_comes_before_its_time) {
  ::pirn::testing::run_virtual([]() -> task<> {
    tally waits(tally_options{.from = now() + 10s});
    waits.observe(100);
    co_await sleep_for(10s);
    waits.observe(1);
    EXPECT_EQ(waits.mean(), 1);
    EXPECT_EQ(waits.count(), 1U);
  });
}

TEST(tally, forgets_when_it_is_told_to) {
  tally waits;
  waits.observe(100);
  waits.reset();
  waits.observe(1);
  EXPECT_EQ(waits.maximum(), 1);
  EXPECT_EQ(waits.median(), 1);
}

TEST(tally, of_moments_alone_says_what_they_tell) {
  tally waits(tally_options{.kept = keep::moments});
  for (int i = 0; i < 1000; ++i) waits.observe(i);
  EXPECT_DOUBLE_EQ(waits.mean(), 499.5);
  const summary line = waits.summarize("wait");
  EXPECT_EQ(line.name, "wait");
  EXPECT_TRUE(std::isnan(line.median));
  EXPECT_TRUE(line.interval.contains(499.5));
  EXPECT_DEATH(static_cast<void>(waits.median()), "keep::values");
}

TEST(tally, is_summarized) {
  tally waits;
  for (int i = 0; i <= 100; ++i) waits.observe(i);
  const summary line = waits.summarize("wait");
  EXPECT_EQ(line.count, 101U);
  EXPECT_EQ(line.median, 50);
  EXPECT_EQ(line.p90, 90);
  EXPECT_EQ(line.p99, 99);
}

}  // namespace
}  // namespace pirn::des
