#include "pirn/simulation/distribution.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "pirn/simulation/random.hpp"

namespace pirn::des {
namespace {

// Python: statistics.quantiles(digits, n=10, method='inclusive').
TEST(distribution, has_the_quantiles_of_pythons_statistics) {
  distribution made;
  for (double each : {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}) made.add(each);
  constexpr double expected[] = {1, 2, 3, 3, 4, 5, 5, 5, 6};
  for (int i = 1; i <= 9; ++i) EXPECT_NEAR(made.interpolated(i / 10.0), expected[i - 1], 1e-12);
  made.add(10);
  EXPECT_EQ(made.interpolated(0.5), 4.5);
  EXPECT_EQ(made.interpolated(0), 1);
  EXPECT_EQ(made.interpolated(1), 10);
}

TEST(distribution, interpolates_as_a_sorted_list_does) {
  random source(3);
  distribution made;
  std::vector<double> sorted;
  for (int i = 0; i < 2000; ++i) {
    const double value = static_cast<double>(source.randint(0, 700));
    made.add(value);
    sorted.push_back(value);
    ASSERT_LE(made.interpolated(0.5), 700);  // asked in between
  }
  std::ranges::sort(sorted);
  for (double share = 0; share < 1; share += 0.013) {
    const double position = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const double expected =
        std::lerp(sorted[below], sorted[below + 1], position - std::floor(position));
    EXPECT_NEAR(made.interpolated(share), expected, 1e-9) << share;
  }
}

TEST(distribution, takes_quantiles_by_weight) {
  distribution made;
  made.add(2, 5);
  made.add(0, 90);
  made.add(1, 4);
  made.add(7, 1);
  EXPECT_EQ(made.quantile(0), 0);
  EXPECT_EQ(made.quantile(0.9), 0);
  EXPECT_EQ(made.quantile(0.91), 1);
  EXPECT_EQ(made.quantile(0.99), 2);
  EXPECT_EQ(made.quantile(1), 7);
}

TEST(distribution, keeps_a_value_once) {
  distribution made;
  for (int i = 0; i < 100'000; ++i) made.add(i % 10, 2);
  ASSERT_EQ(made.entries().size(), 10U);
  EXPECT_EQ(made.entries()[9].value, 9);
  EXPECT_EQ(made.entries()[9].weight, 20'000);
}

TEST(distribution, of_nothing_has_no_quantiles) {
  EXPECT_TRUE(std::isnan(distribution().quantile(0.5)));
  EXPECT_TRUE(std::isnan(distribution().interpolated(0.5)));
  EXPECT_EQ(distribution().in_bins(3).bins(), 3U);
}

TEST(distribution, spreads_over_bins) {
  distribution made;
  for (double each : {0, 1, 2, 3, 10}) made.add(each);
  const histogram bins = made.in_bins(5);
  EXPECT_EQ(bins.edge(1), 2);
  EXPECT_EQ(bins.weight(0), 2);
  EXPECT_EQ(bins.weight(1), 2);
  EXPECT_EQ(bins.weight(4), 1);
  distribution single;
  single.add(4);
  EXPECT_EQ(single.in_bins(2).weight(0), 1);
}

TEST(distribution, refuses_what_has_no_place) {
  distribution made;
  EXPECT_DEATH(made.add(std::nan("")), "not a number");
  EXPECT_DEATH(made.add(1, 0), "no weight");
  EXPECT_DEATH(static_cast<void>(made.quantile(1.5)), "between 0 and 1");
}

}  // namespace
}  // namespace pirn::des
