// calendar: shifts that repeat, and a resource that follows them.
#include "pirn/simulation/calendar.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/simulation/preemptive_resource.hpp"
#include "pirn/simulation/priority_resource.hpp"
#include "pirn/simulation/resource.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::run_virtual;

des::calendar working_day() {
  return des::calendar(24h, {{8h, 3}, {17h, 1}, {20h, 0}});
}

TEST(des_calendar, knows_the_capacity_at_each_moment) {
  const des::calendar day = working_day();
  auto at = [&](duration time) { return day.capacity_at(time_point(time)); };
  EXPECT_EQ(at(0h), 0u);  // the last shift of the day before
  EXPECT_EQ(at(8h - 1ns), 0u);
  EXPECT_EQ(at(8h), 3u);
  EXPECT_EQ(at(16h), 3u);
  EXPECT_EQ(at(17h), 1u);
  EXPECT_EQ(at(23h), 0u);
  EXPECT_EQ(at(7 * 24h + 8h), 3u);
  EXPECT_EQ(at(-4h), 0u);
  EXPECT_EQ(at(-7h), 1u);
}

TEST(des_calendar, knows_the_next_change) {
  const des::calendar day = working_day();
  auto after = [&](duration time) {
    return day.next_change_after(time_point(time)).time_since_epoch();
  };
  EXPECT_EQ(after(0h), 8h);
  EXPECT_EQ(after(8h), 17h);
  EXPECT_EQ(after(17h + 1ns), 20h);
  EXPECT_EQ(after(20h), 32h);
  EXPECT_EQ(after(-30h), -28h);
  const des::calendar always(1h, {{0h, 2}});
  EXPECT_EQ(always.next_change_after(time_point(90min)).time_since_epoch(), 2h);
  EXPECT_EQ(always.capacity_at(time_point(90min)), 2u);
}

TEST(des_calendar, a_resource_follows_it) {
  run_virtual([]() -> task<> {
    des::resource tellers(0);
    std::vector<duration> served;
    auto customer = [&](duration arrival) -> task<> {
      co_await sleep_for(arrival);
      auto grant = co_await tellers.request();
      served.push_back(now().time_since_epoch());
      co_await sleep_for(2h);
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto shifts = group.start(des::follow(working_day(), tellers));
      for (int count = 0; count < 4; ++count) group.spawn(customer, 7h);
      group.spawn(customer, 19h);
      group.spawn(customer, 20h);  // the shift ends first
      co_await sleep_for(35h);
      EXPECT_EQ(tellers.capacity(), 3u);
      shifts.cancel();
    });
    EXPECT_EQ(served, (std::vector<duration>{8h, 8h, 8h, 10h, 19h, 32h}));
  });
}

TEST(des_calendar, following_ends_before_its_end) {
  run_virtual([]() -> task<> {
    des::resource tellers(7);
    co_await des::follow(working_day(), tellers, time_point(0s));
    EXPECT_EQ(tellers.capacity(), 7u);
    co_await des::follow(working_day(), tellers, time_point(32h));
    EXPECT_EQ(now().time_since_epoch(), 20h);
    EXPECT_EQ(tellers.capacity(), 0u);
    co_await des::follow(working_day(), tellers, time_point(32h + 1ns));
    EXPECT_EQ(now().time_since_epoch(), 32h);
    EXPECT_EQ(tellers.capacity(), 3u);
  });
}

TEST(des_calendar, every_resource_can_follow_it_until_it_is_cancelled) {
  auto program = []() -> task<> {
    des::priority_resource one(0);
    des::preemptive_resource two(0);
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.start(des::follow(working_day(), one));
      auto second = group.start(des::follow(working_day(), two));
      co_await sleep_for(9h);
      EXPECT_EQ(one.capacity(), 3u);
      EXPECT_EQ(two.capacity(), 3u);
      first.cancel();
      second.cancel();
    });
  };
  EXPECT_GT(cancel_each_await(program), 4u);
}

TEST(des_calendar_death, begins_its_shifts_in_order_within_its_period) {
  EXPECT_DEATH(des::calendar(1h, {}), "has a shift");
  EXPECT_DEATH(des::calendar(1h, {{10min, 1}, {10min, 2}}), "one after another");
  EXPECT_DEATH(des::calendar(1h, {{10min, 1}, {60min, 2}}), "within its period");
}

}  // namespace
