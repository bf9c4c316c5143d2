// to_task: whatever a task can await, as a task.
#include "pirn/core/to_task.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/core/async_generator.hpp"
#include "pirn/core/completion.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

TEST(to_task, knows_what_an_await_gives) {
  static_assert(std::is_same_v<await_result_t<task<int>>, int>);
  static_assert(std::is_same_v<await_result_t<sleep_wait>, void>);
  static_assert(std::is_same_v<await_result_t<child<int>&>, int&>);
  static_assert(std::is_same_v<await_result_t<child<int>>, int>);
  static_assert(std::is_same_v<await_result_t<child<>&>, void>);
  static_assert(!task_awaitable<task<int>&>);  // a task by value needs std::move
  static_assert(!task_awaitable<int>);
}

TEST(to_task, a_task_stays_what_it_is) {
  int value = run_virtual([]() -> task<int> {
    auto three = []() -> task<int> { co_return 3; };
    int result = co_await to_task(three());
    co_return result;
  });
  EXPECT_EQ(value, 3);
}

TEST(to_task, awaits_waits_children_and_steps) {
  run_virtual([]() -> task<> {
    co_await to_task(sleep_for(1s));
    EXPECT_EQ(now(), time_point(1s));
    completion<std::string> text;
    text.set_value("there");
    std::string& there = co_await to_task(text.wait());
    EXPECT_EQ(there, "there");
    co_await with_group([](task_group& group) -> task<> {
      auto number = group.spawn([] { return 4; });
      int& by_reference = co_await to_task(number);
      EXPECT_EQ(by_reference, 4);
    });
    auto count = []() -> async_generator<int> { co_yield 5; };
    async_generator<int> numbers = count();
    std::optional<int> first = co_await to_task(numbers.next());
    EXPECT_EQ(first, 5);
  });
}

}  // namespace
