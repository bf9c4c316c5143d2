#include "svg_axis.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(svg_axis, lays_numbers_along_a_stretch) {
  const svg_axis axis({.low = 10, .high = 20, .begin = 100, .end = 0});
  EXPECT_EQ(axis.at(10), 100);
  EXPECT_EQ(axis.at(20), 0);
  EXPECT_EQ(axis.at(15), 50);
}

TEST(svg_axis, has_round_ticks_within_its_bounds) {
  EXPECT_EQ(svg_axis({.low = 0, .high = 110}).ticks(13),
            (std::vector<double>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110}));
  EXPECT_EQ(svg_axis({.low = -3, .high = 12}).ticks(4), (std::vector<double>{0, 5, 10}));
  EXPECT_EQ(svg_axis({.low = 0.2, .high = 0.9}).ticks(5).size(), 4U);
}

TEST(svg_axis, has_at_least_one_tick_and_never_too_many) {
  for (double high = 1e-3; high < 1e16; high *= 1.37) {
    for (int count = 2; count < 20; ++count) {
      const auto ticks = svg_axis({.low = 0, .high = high}).ticks(count);
      EXPECT_GE(ticks.size(), 1U) << high;
      EXPECT_LE(ticks.size(), static_cast<std::size_t>(count)) << high;
    }
  }
}

TEST(svg_axis, writes_numbers_shortly) {
  EXPECT_EQ(tick_text(20), "20");
  EXPECT_EQ(tick_text(3 * 0.1), "0.3");
}

}  // namespace
}  // namespace pirn::apps
