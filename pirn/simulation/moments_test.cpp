#include "pirn/simulation/moments.hpp"

#include <cmath>
#include <initializer_list>

#include <gtest/gtest.h>

namespace pirn::des {
namespace {

moments of(std::initializer_list<double> values) {
  moments sums;
  for (double each : values) sums.add(each);
  return sums;
}

// Python: statistics.mean(), variance(), pvariance().
TEST(moments, are_those_of_pythons_statistics) {
  const moments sums = of({3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5});
  EXPECT_EQ(sums.count(), 11U);
  EXPECT_DOUBLE_EQ(sums.mean(), 4);
  EXPECT_DOUBLE_EQ(sums.sample_variance(), 5.6);
  EXPECT_DOUBLE_EQ(sums.variance(), 5.090909090909091);
  EXPECT_EQ(sums.minimum(), 1);
  EXPECT_EQ(sums.maximum(), 9);
}

TEST(moments, lose_no_digits_far_from_zero) {
  const moments sums = of({1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
  EXPECT_EQ(sums.mean(), 1e9 + 10);
  EXPECT_EQ(sums.sample_variance(), 30);
  EXPECT_EQ(sums.variance(), 22.5);
}

TEST(moments, weigh_values) {
  moments sums;
  sums.add(2, 3);
  sums.add(5, 1);
  EXPECT_DOUBLE_EQ(sums.mean(), 2.75);
  EXPECT_DOUBLE_EQ(sums.variance(), 1.6875);
  EXPECT_EQ(sums.weight(), 4);
  EXPECT_EQ(sums.count(), 2U);
}

TEST(moments, of_two_parts_are_those_of_the_whole) {
  moments sums = of({3, 1, 4, 1});
  sums.add(of({5, 9, 2, 6, 5, 3, 5}));
  EXPECT_DOUBLE_EQ(sums.mean(), 4);
  EXPECT_DOUBLE_EQ(sums.sample_variance(), 5.6);
  EXPECT_EQ(sums.minimum(), 1);
  EXPECT_EQ(sums.maximum(), 9);
  moments copy;
  copy.add(sums);
  copy.add(moments());
  EXPECT_EQ(copy.mean(), sums.mean());
  EXPECT_EQ(copy.variance(), sums.variance());
}

TEST(moments, of_too_little_are_no_numbers) {
  EXPECT_TRUE(std::isnan(moments().mean()));
  EXPECT_TRUE(std::isnan(moments().variance()));
  EXPECT_TRUE(std::isnan(moments().minimum()));
  EXPECT_EQ(of({7}).variance(), 0);
  EXPECT_TRUE(std::isnan(of({7}).sample_variance()));
}

}  // namespace
}  // namespace pirn::des
