#include "pirn/simulation/histogram.hpp"

#include <gtest/gtest.h>

namespace pirn::des {
namespace {

TEST(histogram, puts_an_edge_into_the_upper_bin_and_the_end_into_the_last) {
  histogram made(0, 0.3, 3);
  for (double each : {0.0, 0.1, 0.2, 0.3}) made.add(each);
  EXPECT_EQ(made.weight(0), 1);
  EXPECT_EQ(made.weight(1), 1);
  EXPECT_EQ(made.weight(2), 2);
}

TEST(histogram, agrees_with_its_own_edges) {
  for (std::size_t bins = 1; bins < 50; ++bins) {
    histogram made(-1.1, 2.3, bins);
    for (std::size_t i = 0; i <= bins; ++i) made.add(made.edge(i));
    for (std::size_t i = 0; i + 1 < bins; ++i) ASSERT_EQ(made.weight(i), 1) << bins << " " << i;
    EXPECT_EQ(made.below() + made.above(), 0);
  }
}

TEST(histogram, counts_what_lies_outside) {
  histogram made(0, 1, 2);
  made.add(-0.5, 2);
  made.add(1.5, 3);
  EXPECT_EQ(made.below(), 2);
  EXPECT_EQ(made.above(), 3);
  EXPECT_EQ(made.weight(0) + made.weight(1), 0);
}

TEST(histogram, is_written_as_csv_and_json) {
  histogram made(0, 1, 2);
  made.add(0.25);
  made.add(0.75, 2.5);
  made.add(2);
  EXPECT_EQ(made.csv(), "from,to,weight\n0,0.5,1\n0.5,1,2.5\n");
  EXPECT_EQ(made.json(), R"({"edges": [0, 0.5, 1], "weights": [1, 2.5], "below": 0, "above": 1})");
}

}  // namespace
}  // namespace pirn::des
