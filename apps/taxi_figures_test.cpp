#include "taxi_figures.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(taxi_figures, count_what_happened_and_how_long_it_took) {
  taxi_observer seen;
  seen.observe({0, 0, taxi_action::leave_garage});
  seen.observe({5, 1, taxi_action::leave_garage});
  seen.observe({6, 0, taxi_action::pick_up});
  seen.observe({9, 1, taxi_action::pick_up});
  seen.observe({16, 0, taxi_action::drop_off});
  seen.observe({20, 0, taxi_action::going_home});
  const taxi_figures& day = seen.figures();
  EXPECT_EQ(day.events, 6);
  EXPECT_EQ(day.trips, 1);
  EXPECT_EQ(day.at_home, 1);
  EXPECT_EQ(day.end_of_day, 20);
  EXPECT_EQ(day.minutes_on_road, 20 + 4);
  EXPECT_EQ(day.minutes_occupied, 10);
}

}  // namespace
}  // namespace pirn::apps
