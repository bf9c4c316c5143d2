// task_group: starting and joining.
#include "pirn/core/task_group.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group_test.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::group_tests;
using pirn::testing::run_virtual;

TEST(task_group, waits_for_its_children) {
  run_virtual([]() -> task<> {
    child<int> first, second;
    co_await with_group([&](task_group& group) {
      first = group.spawn(number_after, 100ms, 42);
      second = group.spawn(number_after, 200ms, 11);
    });
    EXPECT_EQ(now(), time_point(200ms));
    EXPECT_EQ(first.result(), 42);
    EXPECT_EQ(second.result(), 11);
  });
}

TEST(task_group, takes_children_while_its_body_runs) {
  run_virtual([]() -> task<> {
    child<int> first, second;
    co_await with_group([&](task_group& group) -> task<> {
      first = group.spawn(number_after, 100ms, 42);
      co_await sleep_for(150ms);
      EXPECT_TRUE(first.has_ended());
      second = group.spawn(number_after, 200ms, 11);
    });
    EXPECT_EQ(first.result() + second.result(), 53);
    EXPECT_EQ(now(), time_point(350ms));
  });
}

TEST(task_group, a_plain_body_and_one_that_awaits_give_their_results) {
  run_virtual([]() -> task<> {
    int plain = co_await with_group([](task_group&) { return 1; });
    int awaiting = co_await with_group([](task_group&) -> task<int> {
      co_await yield_now();
      co_return 2;
    });
    EXPECT_EQ(plain + awaiting, 3);
    int target = 0;
    int& reference = co_await with_group([&](task_group&) -> int& { return target; });
    EXPECT_EQ(&reference, &target);
    auto only_moved = co_await with_group([](task_group&) { return std::make_unique<int>(4); });
    EXPECT_EQ(*only_moved, 4);
  });
}

TEST(task_group, a_body_takes_arguments) {
  auto body = [](task_group& group, int count, std::unique_ptr<int> value) -> task<int> {
    for (int i = 0; i < count; ++i) group.spawn(number_after, 1ms, i);
    co_await yield_now();
    co_return *value;
  };
  run_virtual([&]() -> task<> {
    int value = co_await with_group(body, 3, std::make_unique<int>(6));
    EXPECT_EQ(value, 6);
    EXPECT_EQ(now(), time_point(1ms));
  });
}

TEST(task_group, an_empty_one_ends_at_once) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group&) {});
    EXPECT_EQ(now(), time_point());
  });
}

TEST(task_group, children_run_on_a_later_turn_in_the_order_of_their_start) {
  run_virtual([]() -> task<> {
    std::vector<int> order;
    co_await with_group([&](task_group& group) -> task<> {
      for (int i = 0; i < 5; ++i) group.spawn([&order](int number) { order.push_back(number); }, i);
      EXPECT_TRUE(order.empty());
      co_return;
    });
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  });
}

TEST(task_group, counts_and_forgets_children_that_have_ended) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      for (int count = 0; count < 10; ++count) {
        co_await sleep_for(100ms);
        group.spawn(number_after, 300ms, count);
        if (count == 5) {
          EXPECT_LT(group.active(), 5u);
        }
      }
      co_await sleep_for(1350ms);
      EXPECT_EQ(group.active(), 0u);
      EXPECT_TRUE(group.children().empty());
    });
  });
}

TEST(task_group, children_may_start_siblings) {
  run_virtual([]() -> task<> {
    int ended = 0;
    auto leaf = [&](duration delay) -> task<> {
      co_await sleep_for(delay);
      ++ended;
    };
    co_await with_group([&](task_group& group) {
      group.spawn([&]() -> task<> {
        co_await sleep_for(100ms);
        group.spawn(leaf, 100ms);
        group.spawn(leaf, 200ms);
      });
    });
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(now(), time_point(300ms));
  });
}

TEST(task_group, a_child_started_just_before_the_owners_turn_is_waited_for) {
  run_virtual([]() -> task<> {
    bool late_ended = false;
    co_await with_group([&](task_group& outer) -> task<> {
      task_group* inner = nullptr;
      auto late = [&]() -> task<> {
        co_await sleep_for(1s);
        late_ended = true;
      };
      auto body = [&](task_group& group) -> task<> {
        inner = &group;
        group.spawn(number_after, 10ms, 1);
        co_return;
      };
      outer.spawn([&]() -> task<> { co_await with_group(body); });
      co_await sleep_for(10ms, 1);  // after the only child's sleep: it has run, its owner has not
      inner->spawn(late);
    });
    EXPECT_TRUE(late_ended);
  });
}

TEST(task_group, arguments_that_throw_when_copied_start_nothing) {
  struct bomb {
    bomb() = default;
    bomb(const bomb&) { throw std::runtime_error("copied"); }
  };
  run_virtual([]() -> task<> {
    auto take = [](const bomb&) -> task<> { co_return; };
    co_await with_group([&](task_group& group) {
      bomb given;
      EXPECT_THROW(group.spawn(take, given), std::runtime_error);
      EXPECT_EQ(group.active(), 0u);
    });
  });
}

TEST(task_group, a_thousand_children_end_in_order) {
  run_virtual([]() -> task<> {
    std::vector<int> order;
    co_await with_group([&](task_group& group) {
      for (int i = 0; i < 1000; ++i) {
        group.spawn(
            [&order](int number) -> task<> {
              co_await sleep_for(std::chrono::milliseconds(number % 10));
              order.push_back(number);
            },
            i);
      }
    });
    EXPECT_EQ(order.size(), 1000u);
    for (std::size_t i = 1; i < order.size(); ++i) {
      auto key = [](int number) { return std::pair(number % 10, number); };
      EXPECT_LT(key(order[i - 1]), key(order[i]));
    }
  });
}

TEST(task_group_death, starting_in_a_group_that_has_ended_is_a_bug) {
  auto misuse = []() -> task<> {
    task_record& me = co_await this_task_record{};
    task_group group(me);
    co_await group.join(nullptr);
    group.spawn(number_after, 1s, 1);
  };
  EXPECT_DEATH(run_virtual(misuse), "the group has ended");
}

TEST(task_group_death, one_that_ends_before_its_children_says_who_is_left) {
  auto misuse = []() -> task<> {
    task_record& me = co_await this_task_record{};
    task_group group(me);
    group.spawn(number_after, 1s, 1).set_name("forgotten");
    co_await yield_now();
  };
  EXPECT_DEATH(run_virtual(misuse), "#2 forgotten: waiting for sleep");
}

}  // namespace
