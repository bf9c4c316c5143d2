#include "pirn/simulation/confidence.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace pirn::des {
namespace {

// For one and two degrees of freedom there are closed forms; the others are in every table.
TEST(student_t, has_the_quantiles_of_the_tables) {
  constexpr double p = 0.975;
  EXPECT_NEAR(student_t_quantile(p, 1), std::tan(std::numbers::pi * (p - 0.5)), 1e-9);
  EXPECT_NEAR(student_t_quantile(p, 2), (2 * p - 1) * std::sqrt(2 / (4 * p * (1 - p))), 1e-12);
  EXPECT_NEAR(student_t_quantile(p, 10), 2.228138852, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.95, 19), 1.729132812, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.05, 19), -1.729132812, 1e-9);
  EXPECT_NEAR(student_t_quantile(p, 1e9), 1.959963985, 1e-8);
}

TEST(confidence, is_the_mean_and_t_standard_errors) {
  moments numbers;
  for (double each : {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}) numbers.add(each);
  const confidence_interval interval = confidence_of(numbers, 0.95);
  EXPECT_DOUBLE_EQ(interval.mean, 4);
  EXPECT_NEAR(interval.half_width, 2.228138852 * std::sqrt(5.6 / 11), 1e-9);
  EXPECT_TRUE(interval.contains(5));
  EXPECT_FALSE(interval.contains(6));
  EXPECT_GT(confidence_of(numbers, 0.99).half_width, interval.half_width);
}

TEST(confidence, knows_nothing_of_a_single_number) {
  moments numbers;
  numbers.add(3);
  EXPECT_TRUE(std::isinf(confidence_of(numbers).half_width));
  EXPECT_TRUE(confidence_of(numbers).contains(-1e300));
}

TEST(confidence, is_never_certain) {
  EXPECT_DEATH(confidence_of(moments(), 1), "between 0 and 1");
  EXPECT_DEATH(confidence_of(moments(), 0), "between 0 and 1");
}

}  // namespace
}  // namespace pirn::des
