// task_local: values that belong to a task and go down to the tasks it starts.
#include "pirn/core/task_local.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/callbacks.hpp"
#include "pirn/core/completion.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

TEST(task_local, a_child_inherits_the_values_of_its_start_and_keeps_its_own) {
  task_local<std::string> name("nope");
  run_virtual([&]() -> task<> {
    EXPECT_EQ(name.get(), "nope");
    auto sub = [&]() -> task<> {
      co_await sleep_for(10ms);
      EXPECT_EQ(name.get(), "nope");  // as it was when the child was started
      name.set("something else");
      EXPECT_EQ(name.get(), "something else");
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto running = group.spawn(sub);
      name.set("yes");
      EXPECT_EQ(name.get(), "yes");
      co_await running;
      EXPECT_EQ(name.get(), "yes");
    });
    EXPECT_EQ(name.get(), "yes");
  });
}

TEST(task_local, a_hundred_tasks_each_see_their_own) {
  task_local<int> number(-1);
  run_virtual([&]() -> task<> {
    auto sub = [&](int base) -> task<> {
      for (int i = 0; i < 10; ++i) {
        number.set(base + i);
        co_await sleep_for(std::chrono::milliseconds((base * 7 + i * 3) % 11));
        EXPECT_EQ(number.get(), base + i);
      }
    };
    co_await with_group([&](task_group& group) {
      for (int i = 0; i < 100; ++i) group.spawn(sub, i % 11);
    });
    EXPECT_EQ(number.get(), -1);
  });
}

TEST(task_local, a_call_that_is_asked_for_has_values_of_its_own) {
  task_local<std::string> name("nope");
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      callbacks calls(group);
      for (int i = 0; i < 2; ++i) {
        completion<> called;
        name.set("yes" + std::to_string(i));
        calls.call_soon([&] {
          EXPECT_EQ(name.get(), "yes" + std::to_string(i));
          name.set("something else");
          called.set_value();
        });
        co_await called.wait();
        EXPECT_EQ(name.get(), "yes" + std::to_string(i));
      }
    });
  });
}

TEST(task_local, a_main_task_starts_with_the_fallback) {
  task_local<int> number(-1);
  virtual_driver driver;
  loop home(driver);
  auto set = [&](int value) -> task<int> {
    int before = number.get();
    co_await yield_now();
    number.set(value);
    co_return before;
  };
  loop_entry entered(home);
  EXPECT_EQ(loop_runner::run(home, set(1)), -1);
  EXPECT_EQ(loop_runner::run(home, set(2)), -1);
}

TEST(task_local, a_callee_shares_its_callers_values) {
  task_local<int> number(0);
  run_virtual([&]() -> task<> {
    auto callee = [&]() -> task<> {
      EXPECT_EQ(number.get(), 1);
      number.set(2);
      co_await yield_now();
    };
    number.set(1);
    co_await callee();
    EXPECT_EQ(number.get(), 2);
  });
}

TEST(task_local, grandchildren_inherit_from_whom_started_them) {
  task_local<int> number(0);
  int seen_by_sibling = 0;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) {
      number.set(1);
      group.spawn([&]() -> task<> {
        number.set(5);
        group.spawn(
            [&] { seen_by_sibling = number.get(); });  // in the parent's group, by the child
        co_return;
      });
    });
    EXPECT_EQ(number.get(), 1);
  });
  EXPECT_EQ(seen_by_sibling, 5);
}

TEST(task_local, a_guard_sets_it_for_a_while) {
  task_local<std::string> name("outer");
  run_virtual([&]() -> task<> {
    {
      auto inner = name.set_here("inner");
      EXPECT_EQ(name.get(), "inner");
      co_await yield_now();
      {
        auto innermost = name.set_here("innermost");
        name.set("changed");
        EXPECT_EQ(name.get(), "changed");
      }
      EXPECT_EQ(name.get(), "inner");
    }
    EXPECT_EQ(name.get(), "outer");
  });
}

TEST(task_local, several_variables_do_not_mix) {
  task_local<int> first(1);
  task_local<int> second(2);
  run_virtual([&]() -> task<> {
    first.set(10);
    second.set(20);
    first.set(11);
    EXPECT_EQ(first.get(), 11);
    EXPECT_EQ(second.get(), 20);
    co_return;
  });
}

TEST(task_local, values_end_with_the_last_task_that_sees_them) {
  task_local<std::shared_ptr<int>> held;
  auto value = std::make_shared<int>(1);
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        held.set(value);
        group.spawn([]() -> task<> { co_await sleep_for(2s); });
        co_await sleep_for(1s);
      });
      co_await sleep_for(1500ms);
      EXPECT_EQ(value.use_count(), 2);  // the second child still has it
      co_await sleep_for(1s);
      EXPECT_EQ(value.use_count(), 1);
    });
  });
}

TEST(task_local, setting_it_a_thousand_times_keeps_one_value) {
  task_local<std::shared_ptr<int>> held;
  std::weak_ptr<int> first;
  run_virtual([&]() -> task<> {
    auto value = std::make_shared<int>(0);
    first = value;
    held.set(std::move(value));
    for (int i = 0; i < 1000; ++i) held.set(std::make_shared<int>(i));
    EXPECT_TRUE(first.expired());
    EXPECT_EQ(*held.get(), 999);
    co_return;
  });
}

TEST(task_local_death, is_used_by_tasks) {
  task_local<int> number;
  EXPECT_DEATH(number.set(1), "no loop runs on this thread");
}

}  // namespace
