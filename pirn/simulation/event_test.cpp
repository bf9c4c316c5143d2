// event: what happens once, to all who wait for it.
#include "pirn/simulation/event.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::run_virtual;

TEST(des_event, gives_its_value_to_all_who_waited_in_their_order) {
  run_virtual([]() -> task<> {
    des::event<std::string> done;
    std::vector<std::string> seen;
    auto wait = [&](std::string name) -> task<> {
      const std::string& value = co_await done;
      seen.push_back(name + " " + value);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(wait, "first");
      group.spawn(wait, "second");
      co_await sleep_for(1h);
      EXPECT_FALSE(done.is_triggered());
      done.succeed("ready");
      EXPECT_TRUE(done.is_triggered());
      EXPECT_TRUE(seen.empty());  // they run later
    });
    EXPECT_EQ(seen, (std::vector<std::string>{"first ready", "second ready"}));
  });
}

TEST(des_event, that_has_happened_is_awaited_without_suspending) {
  run_virtual([]() -> task<> {
    des::event<int> done;
    done.succeed(42);
    bool others_ran = false;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&] { others_ran = true; });
      const int& first = co_await done;
      const int& second = co_await done.wait();
      EXPECT_EQ(first, 42);
      EXPECT_EQ(&first, &second);  // by reference: it keeps its value
      EXPECT_FALSE(others_ran);
    });
  });
}

TEST(des_event, that_fails_throws_at_each_who_waits_before_and_after) {
  run_virtual([]() -> task<> {
    des::event<int> done;
    int caught = 0;
    auto wait = [&]() -> task<> {
      try {
        co_await done;
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "broken");
        ++caught;
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(wait);
      group.spawn(wait);
      co_await yield_now();
      done.fail(std::runtime_error("broken"));
      EXPECT_TRUE(done.is_triggered());
      EXPECT_TRUE(done.has_failed());
      co_await wait();
    });
    EXPECT_EQ(caught, 3);
  });
}

TEST(des_event, without_a_value_only_happens) {
  run_virtual([]() -> task<> {
    des::event<> go;
    des::event<> stop;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(2s);
        go.succeed();
        stop.fail(std::make_exception_ptr(std::runtime_error("stopped")));
      });
      co_await go;
      EXPECT_EQ(now().time_since_epoch(), 2s);
      EXPECT_THROW(co_await stop, std::runtime_error);
      EXPECT_THROW(stop.result(), std::runtime_error);
      go.result();
    });
  });
}

TEST(des_event, may_carry_what_only_moves) {
  run_virtual([]() -> task<> {
    des::event<std::unique_ptr<int>> done;
    done.succeed(std::make_unique<int>(7));
    const std::unique_ptr<int>& value = co_await done;
    EXPECT_EQ(*value, 7);
  });
}

TEST(des_event, has_not_happened_when_its_value_could_not_be_made) {
  struct thrower {
    explicit thrower(bool fails) {
      if (fails) throw std::runtime_error("no value");
    }
  };
  des::event<thrower> done;
  EXPECT_THROW(done.succeed(true), std::runtime_error);
  EXPECT_FALSE(done.is_triggered());
  done.succeed(false);
  EXPECT_TRUE(done.is_triggered());
}

TEST(des_event, can_be_selected) {
  run_virtual([]() -> task<> {
    des::event<int> done;
    auto late = co_await select(done.wait(), sleep_for(5min));
    EXPECT_EQ(late.index(), 1u);
    done.succeed(3);
    auto there = co_await select(done.wait(), sleep_for(5min));
    EXPECT_EQ(std::get<0>(there), 3);
  });
}

TEST(des_event, a_task_that_waits_for_it_says_so) {
  run_virtual([]() -> task<> {
    des::event<> done;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await done; });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for event"), std::string::npos);
      done.succeed();
    });
  });
}

TEST(des_event, cancelled_waiters_leave_the_others_waiting) {
  auto program = []() -> task<> {
    des::event<int> start;
    des::event<> end;
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 3; ++count) {
        group.spawn([&]() -> task<> {
          co_await start;
          co_await end.wait();
        });
      }
      co_await yield_now();
      start.succeed(1);
      co_await yield_now();
      end.succeed();
    });
  };
  auto check = [](const cancelled_run& run) { EXPECT_FALSE(run.error) << run.describe(); };
  EXPECT_GT(cancel_each_await(program, check), 5u);
  EXPECT_GT(cancel_each_await(program, check, {.target = cancel_target::suspended_task}), 5u);
}

TEST(des_event_death, happens_once) {
  des::event<> done;
  done.succeed();
  EXPECT_DEATH(done.succeed(), "happens once");
  EXPECT_DEATH(done.fail(std::runtime_error("late")), "happens once");
  EXPECT_DEATH(des::event<int>().result(), "has a result when");
}

}  // namespace
