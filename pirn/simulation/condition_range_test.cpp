// condition_range: any and all of as many as there are.
#include "pirn/simulation/condition_range.hpp"

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::run_virtual;

task<int> work(int number) {
  co_await sleep_for(std::chrono::seconds(number));
  co_return number* number;
}

TEST(des_condition_range, all_of_as_many_processes_as_there_are) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      std::vector<child<int>> machines;
      for (int number = 1; number <= 4; ++number) machines.push_back(group.spawn(work, number));
      auto first = co_await des::any_of(machines);
      EXPECT_EQ(now().time_since_epoch(), 1s);
      EXPECT_EQ(first.size(), 4u);
      EXPECT_EQ(first.count(), 1u);
      EXPECT_EQ(first.get(0), 1);
      EXPECT_FALSE(first.happened(1));
      auto all = co_await des::all_of(machines);
      EXPECT_EQ(now().time_since_epoch(), 4s);
      EXPECT_EQ(all.count(), 4u);
      EXPECT_EQ(all.get(3), 16);
    });
  });
}

TEST(des_condition_range, of_nothing_is_done_at_once) {
  run_virtual([]() -> task<> {
    std::vector<child<>> none;
    auto all = co_await des::all_of(none);
    EXPECT_EQ(all.size(), 0u);
    co_await des::any_of(none);
  });
}

TEST(des_condition_range, stands_in_other_conditions) {
  run_virtual([]() -> task<> {
    std::deque<des::event<std::string>> parts(3);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        for (auto& each : parts) {
          co_await sleep_for(1s);
          each.succeed("made");
        }
      });
      auto late = co_await des::any_of(des::all_of(parts), sleep_for(2500ms));
      EXPECT_FALSE(late.happened<0>());
      EXPECT_EQ(late.get<0>().count(), 2u);
      EXPECT_EQ(late.get<0>().get(1), "made");
      auto there = co_await (des::all_of(parts) | sleep_for(2500ms));
      EXPECT_TRUE(there.happened<0>());
      EXPECT_EQ(now().time_since_epoch(), 3s);
    });
  });
}

TEST(des_condition_range, fails_with_the_first_that_fails) {
  run_virtual([]() -> task<> {
    std::vector<std::unique_ptr<des::event<>>> events;
    for (int count = 0; count < 3; ++count) events.push_back(std::make_unique<des::event<>>());
    auto referred = [](const std::unique_ptr<des::event<>>& each) -> des::event<>& {
      return *each;
    };
    events[1]->fail(std::runtime_error("broken"));
    EXPECT_THROW(co_await des::all_of(events | std::views::transform(referred)),
                 std::runtime_error);
  });
}

TEST(des_condition_range, cancelled_anywhere_leaves_nothing_behind) {
  auto program = []() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      std::vector<child<int>> machines;
      for (int number = 1; number <= 3; ++number) machines.push_back(group.spawn(work, number));
      co_await des::any_of(machines);
      co_await des::all_of(machines);
    });
  };
  EXPECT_GT(cancel_each_await(program), 4u);
}

TEST(des_condition_range_death, has_no_member_beyond_its_range) {
  des::condition_values<des::detail::given<void>> none({});
  EXPECT_DEATH(none.happened(0), "has no such member");
}

}  // namespace
