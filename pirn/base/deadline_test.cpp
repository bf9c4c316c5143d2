// deadline: limits of any length give a moment, without overflow.
#include "pirn/base/deadline.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using detail::deadline_in;
using detail::moment_after;

TEST(deadline, is_so_far_from_now) {
  const steady_time before = std::chrono::steady_clock::now();
  const steady_time moment = moment_after(1h);
  EXPECT_GE(moment, before + 1h);
  EXPECT_LE(moment, std::chrono::steady_clock::now() + 1h);
  EXPECT_LT(moment_after(-1h), before);
}

TEST(deadline, does_not_overflow) {
  EXPECT_EQ(moment_after(forever), steady_time::max());
  EXPECT_EQ(moment_after(forever - 1ns), steady_time::max());
  EXPECT_EQ(deadline_in(std::optional(forever - 1ns)), steady_time::max());
  EXPECT_EQ(saturating_add(never - 1s, 1s), never);
  EXPECT_EQ(saturating_add(never - 1s, 2s), never);
}

TEST(deadline, without_a_limit_there_is_none) {
  EXPECT_FALSE(deadline_in(std::optional<duration>()).has_value());
  EXPECT_FALSE(deadline_in(std::optional(forever)).has_value());
  EXPECT_TRUE(deadline_in(std::optional<duration>(1s)).has_value());
}

}  // namespace
