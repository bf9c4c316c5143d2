#include "pirn/simulation/batch_means.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "pirn/simulation/random.hpp"

namespace pirn::des {
namespace {

TEST(batch_means, keep_single_values_while_there_are_few) {
  batch_means run;
  for (int i = 0; i < 39; ++i) run.add(i);
  EXPECT_EQ(run.count(), 39U);
  EXPECT_EQ(run.batch_length(), 1);
  EXPECT_EQ(run.mean_of(38), 38);
}

TEST(batch_means, join_neighbours_when_there_are_many) {
  batch_means run;
  for (int i = 0; i < 101; ++i) run.add(i);
  EXPECT_EQ(run.batch_length(), 4);
  EXPECT_EQ(run.count(), 25U);  // one value is in a batch that is not full
  EXPECT_EQ(run.mean_of(0), 1.5);
  EXPECT_EQ(run.mean_of(24), 97.5);
  EXPECT_EQ(run.confidence().mean, 49.5);
}

TEST(batch_means, do_not_depend_on_how_a_run_is_cut) {
  random source(11);
  batch_means in_stretches;
  batch_means one_by_one;
  for (int i = 0; i < 500; ++i) {
    const double value = source.uniform();
    const std::int64_t length = source.randint(1, 300);
    in_stretches.add(value, length);
    for (std::int64_t k = 0; k < length; ++k) one_by_one.add(value);
    ASSERT_EQ(in_stretches.count(), one_by_one.count());
    ASSERT_EQ(in_stretches.batch_length(), one_by_one.batch_length());
    for (std::size_t k = 0; k < one_by_one.count(); ++k) {
      ASSERT_NEAR(in_stretches.mean_of(k), one_by_one.mean_of(k), 1e-12);
    }
  }
}

TEST(batch_means, take_years_of_nanoseconds) {
  constexpr std::int64_t year_ns = 31'557'600'000'000'000;
  batch_means run;
  run.add(1, 1);
  for (int i = 0; i < 100; ++i) run.add(i % 2 == 0 ? 1 : 3, 2 * year_ns);
  EXPECT_GE(run.count(), 20U);
  EXPECT_NEAR(run.confidence().mean, 2, 0.1);
}

// An autoregressive process: neighbours resemble each other much.
struct coverage {
  int by_batches = 0;
  int as_if_independent = 0;
};

coverage of_autoregression(int runs) {
  random source(5);
  coverage found;
  for (int i = 0; i < runs; ++i) {
    batch_means run;
    moments numbers;
    double value = 0;
    for (int k = 0; k < 10'000; ++k) {
      value = 0.9 * value + source.gauss(0, 1);
      run.add(value);
      numbers.add(value);
    }
    found.by_batches += run.confidence(0.9).contains(0) ? 1 : 0;
    found.as_if_independent += confidence_of(numbers, 0.9).contains(0) ? 1 : 0;
  }
  return found;
}

TEST(batch_means, give_intervals_that_hold_the_mean_as_often_as_they_say) {
  const coverage found = of_autoregression(200);
  EXPECT_NEAR(found.by_batches, 180, 13);  // three standard deviations
  EXPECT_LT(found.as_if_independent, 80);
}

}  // namespace
}  // namespace pirn::des
