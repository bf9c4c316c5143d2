#include "pirn/sim/link.hpp"

#include <chrono>
#include <set>

#include <gtest/gtest.h>

namespace pirn::sim {

using namespace std::chrono_literals;
using way = link::direction;

namespace {
constexpr time_point noon{12h};
}  // namespace

TEST(link, a_packet_takes_exactly_the_latency_when_bandwidth_is_unlimited) {
  link path({.latency = 3ms});
  random_source random(1);
  EXPECT_EQ(path.carry(way::forth, noon, 0, random), noon + 3ms);
  EXPECT_EQ(path.carry(way::forth, noon, 1'000'000, random), noon + 3ms);
}

TEST(link, packets_leave_one_after_another_each_direction_for_itself) {
  link path({.latency = 3ms, .bandwidth_bytes_per_second = 1'000'000});
  random_source random(1);
  EXPECT_EQ(path.carry(way::forth, noon, 1000, random), noon + 1ms + 3ms);
  EXPECT_EQ(path.carry(way::forth, noon, 500, random), noon + 1500us + 3ms);
  EXPECT_EQ(path.carry(way::forth, noon, 0, random), noon + 1500us + 3ms);
  EXPECT_EQ(path.carry(way::back, noon, 1000, random), noon + 1ms + 3ms);
  EXPECT_EQ(path.carry(way::forth, noon + 1h, 1000, random), noon + 1h + 1ms + 3ms);
}

TEST(link, time_on_the_line_is_rounded_up) {
  link path({.bandwidth_bytes_per_second = 3'000'000'000});
  random_source random(1);
  EXPECT_EQ(path.carry(way::forth, noon, 1, random), noon + 1ns);
}

TEST(link, jitter_lies_between_nothing_and_its_limit) {
  link path({.latency = 1ms, .jitter = 10ns});
  random_source random(1);
  std::set<time_point> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(path.carry(way::forth, noon, 0, random));
  EXPECT_EQ(seen.size(), 11U);
  EXPECT_EQ(*seen.begin(), noon + 1ms);
  EXPECT_EQ(*seen.rbegin(), noon + 1ms + 10ns);
}

TEST(link, an_endless_latency_never_arrives) {
  link path({.latency = duration::max()});
  random_source random(1);
  EXPECT_EQ(path.carry(way::forth, noon, 0, random), never);
  EXPECT_EQ(path.arrival_of_feedback(noon), never);
}

}  // namespace pirn::sim
