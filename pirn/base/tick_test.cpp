// tick: lengths of time as ticks and back, exactly or not at all.
#include "pirn/base/tick.hpp"

#include <cmath>
#include <cstdint>
#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using pirn::tick;
using pirn::tick_scale;
using picoseconds = std::chrono::duration<std::int64_t, std::pico>;
using exact_minutes = std::chrono::duration<double, std::ratio<60>>;
using days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

TEST(tick, counts_whole_lengths_exactly) {
  EXPECT_EQ(tick_scale(tick::picosecond).ticks_in(3ns), 3'000);
  EXPECT_EQ(tick_scale(tick::nanosecond).ticks_in(1h), 3'600'000'000'000);
  EXPECT_EQ(tick_scale(tick::minute).ticks_in(2h), 120);
  EXPECT_EQ(tick_scale(tick::day).ticks_in(-48h), -2);
  EXPECT_EQ(tick_scale(tick::day).ticks_in(days(INT64_MAX)), INT64_MAX);
  EXPECT_EQ(tick_scale(tick::picosecond).ticks_in(picoseconds(INT64_MAX)), INT64_MAX);
}

TEST(tick, rounds_lengths_in_floating_point_to_the_nearest) {
  EXPECT_EQ(tick_scale(tick::minute).ticks_in(exact_minutes(2.4)), 2);
  EXPECT_EQ(tick_scale(tick::minute).ticks_in(exact_minutes(2.6)), 3);
  EXPECT_EQ(tick_scale(tick::nanosecond).ticks_in(exact_minutes(0.5)), 30'000'000'000);
}

TEST(tick, refuses_what_is_no_whole_number_of_ticks) {
  EXPECT_THROW(tick_scale(tick::minute).ticks_in(90s), std::domain_error);
  EXPECT_THROW(tick_scale(tick::nanosecond).ticks_in(picoseconds(1)), std::domain_error);
  EXPECT_THROW(tick_scale(tick::second).ticks_in(exact_minutes(NAN)), std::domain_error);
}

TEST(tick, refuses_what_is_too_long) {
  EXPECT_THROW(tick_scale(tick::picosecond).ticks_in(days(107)), std::overflow_error);
  EXPECT_THROW(tick_scale(tick::nanosecond).ticks_in(days(INT64_MAX)), std::overflow_error);
  EXPECT_THROW(tick_scale(tick::nanosecond).ticks_in(exact_minutes(1e300)), std::overflow_error);
}

TEST(tick, gives_ticks_back_in_any_unit) {
  EXPECT_EQ(tick_scale(tick::day).length_of<std::chrono::hours>(2), 48h);
  EXPECT_EQ(tick_scale(tick::picosecond).length_of<std::chrono::nanoseconds>(2'999), 2ns);
  EXPECT_EQ(tick_scale(tick::picosecond).length_of<std::chrono::nanoseconds>(-1), -1ns);
  EXPECT_DOUBLE_EQ(tick_scale(tick::second).length_of<exact_minutes>(90).count(), 1.5);
  EXPECT_THROW(tick_scale(tick::day).length_of<picoseconds>(INT64_MAX), std::overflow_error);
}

}  // namespace
