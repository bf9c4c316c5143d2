// host_clock: a clock beside the world's.
#include "pirn/world/host_clock.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"

namespace pirn {

using namespace std::chrono_literals;

namespace {
constexpr time_point noon{12h};
}  // namespace

TEST(host_clock, shows_the_world_s_time_until_it_is_told_otherwise) {
  host_clock clock(noon);
  EXPECT_EQ(clock.local(noon + 1h), noon + 1h);
  EXPECT_EQ(clock.world(noon + 1h), noon + 1h);
  EXPECT_EQ(clock.world(never), never);
}

TEST(host_clock, skew_and_drift_count_from_their_moment) {
  host_clock clock(noon);
  clock.drift(noon + 10s, 100'000);
  EXPECT_EQ(clock.local(noon + 20s), noon + 21s);
  clock.skew(noon + 20s, 5s);
  EXPECT_EQ(clock.local(noon + 20s), noon + 26s);
  clock.drift(noon + 20s, -500'000);
  EXPECT_EQ(clock.local(noon + 30s), noon + 31s);
  EXPECT_EQ(clock.world(noon + 31s), noon + 30s);
}

TEST(host_clock, the_moment_of_the_world_is_the_first_that_shows_the_time) {
  random_source random(1);
  for (int i = 0; i < 1000; ++i) {
    host_clock clock(noon);
    clock.drift(noon, static_cast<std::int32_t>(random.below(200'000)) - 100'000);
    const time_point shown = noon + duration(1 + random.below(1'000'000'000'000));
    const time_point at = clock.world(shown);
    EXPECT_GE(clock.local(at), shown);
    EXPECT_LT(clock.local(at - 1ns), shown);
  }
}

}  // namespace pirn
