// line: chance and obstacles on one direction of a way, and when TCP sends again.
#include "pirn/sim/line.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/sim/retransmission.hpp"

namespace pirn::sim {

using namespace std::chrono_literals;

namespace {
constexpr time_point noon{12h};
}  // namespace

TEST(retransmission, follows_linux_from_200_ms_to_its_end_after_15_tries) {
  EXPECT_EQ(time_of_retry(0), 0s);
  EXPECT_EQ(time_of_retry(1), 200ms);
  EXPECT_EQ(time_of_retry(3), 1400ms);
  EXPECT_EQ(time_of_retry(11) - time_of_retry(10), 120s);
  EXPECT_EQ(patience, 924600ms);
}

TEST(retransmission, the_next_retry_comes_at_its_time) {
  EXPECT_EQ(until_next_retry(0s), 0s);
  EXPECT_EQ(until_next_retry(50ms), 150ms);
  EXPECT_EQ(until_next_retry(200ms), 0s);
  EXPECT_EQ(until_next_retry(300ms), 300ms);
}

TEST(line, half_of_a_heavy_tail_is_short_and_a_hundredth_is_long) {
  line way({.latency = 1ms, .tail = 1ms});
  random_source random(1);
  std::vector<duration> late;
  for (int i = 0; i < 100'000; ++i) late.push_back(way.carry(noon, 0, random) - noon - 1ms);
  std::ranges::sort(late);
  EXPECT_NEAR(static_cast<double>(late[50'000].count()), 1e6, 0.03e6);
  EXPECT_NEAR(static_cast<double>(late[99'000].count()), 99e6, 10e6);
  EXPECT_LE(late.back(), 1s);
}

TEST(line, a_stream_s_packet_that_is_lost_comes_a_timeout_later) {
  line way({.latency = 1ms, .loss = 0.5});
  random_source random(1);
  std::vector<int> retries(20);
  for (int i = 0; i < 10'000; ++i) {
    const duration late = way.carry_surely(noon, 0, random) - noon - 1ms;
    unsigned tries = 0;
    while (time_of_retry(tries) < late) ++tries;
    ASSERT_EQ(time_of_retry(tries), late);
    ++retries[tries];
  }
  EXPECT_NEAR(retries[0], 5000, 200);
  EXPECT_NEAR(retries[1], 2500, 200);
  EXPECT_NEAR(retries[2], 1250, 150);
}

TEST(line, what_cannot_happen_draws_no_lot) {
  line way({.latency = 1ms});
  random_source random(1);
  random_source untouched(1);
  EXPECT_EQ(way.carry_surely(noon, 0, random), noon + 1ms);
  EXPECT_FALSE(way.loses(random) || way.doubles(random) || way.holds_back(random));
  EXPECT_EQ(random(), untouched());
}

TEST(line, is_open_when_the_last_obstacle_is_gone) {
  line way({});
  way.block(line::obstacle::clog);
  EXPECT_FALSE(way.is_open());
  EXPECT_FALSE(way.loses_all());
  way.block(line::obstacle::cut);
  EXPECT_TRUE(way.loses_all());
  way.unblock(line::obstacle::cut);
  EXPECT_TRUE(way.is_blocked_by(line::obstacle::clog));
  way.unblock(line::obstacle::clog);
  EXPECT_TRUE(way.is_open());
}

}  // namespace pirn::sim
