// Processes are tasks: what SimPy's documentation says of process interaction holds for them.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/simulation/condition.hpp"
#include "pirn/simulation/container.hpp"
#include "pirn/simulation/event.hpp"
#include "pirn/simulation/preemptive_resource.hpp"
#include "pirn/simulation/resource.hpp"
#include "pirn/simulation/store.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;
using journal = std::vector<std::string>;

duration time_now() {
  return now().time_since_epoch();
}

/// SimPy's Interrupt, with its cause.
struct interrupt {
  std::string cause;
};

TEST(des_process, sleeps_until_another_wakes_it_up) {
  run_virtual([]() -> task<> {
    std::vector<duration> woken;
    std::vector<std::unique_ptr<des::event<>>> bells;
    for (int count = 0; count < 3; ++count) bells.push_back(std::make_unique<des::event<>>());
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 2; ++count) {
        group.spawn([&]() -> task<> {
          for (auto& bell : bells) {
            co_await *bell;
            woken.push_back(time_now());
          }
        });
      }
      for (auto& bell : bells) {
        co_await sleep_for(45min);
        bell->succeed();
      }
    });
    EXPECT_EQ(woken, (std::vector<duration>{45min, 45min, 90min, 90min, 135min, 135min}));
  });
}

TEST(des_process, waits_for_another_to_end_and_gets_its_value) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto part = group.spawn([]() -> task<int> {
        co_await sleep_for(1s);
        co_return 23;
      });
      const int& value = co_await part;
      EXPECT_EQ(value, 23);
      EXPECT_EQ(time_now(), 1s);
      const int& again = co_await part;  // ended before
      EXPECT_EQ(again, 23);
    });
  });
}

TEST(des_process, is_interrupted_with_a_cause_at_once) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto driving = group.spawn([]() -> task<> {
        try {
          co_await sleep_for(5s);
        } catch (const interrupt& given) {
          EXPECT_EQ(given.cause, "reckless driving");
          EXPECT_EQ(time_now(), 3s);
        }
      });
      co_await sleep_for(3s);
      driving.interrupt(interrupt{"reckless driving"});
      co_await driving;
      EXPECT_EQ(time_now(), 3s);
    });
  });
}

TEST(des_process, an_interrupt_goes_ahead_of_what_is_due_in_that_moment) {
  run_virtual([]() -> task<> {
    journal seen;
    auto due = [&](std::string name) -> task<> {
      co_await sleep_for(1s);
      seen.push_back(name);
    };
    co_await with_group([&](task_group& group) -> task<> {
      child<> sleeper;
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        sleeper.interrupt(interrupt{});
      });
      group.spawn(due, "first due");
      sleeper = group.spawn([&]() -> task<> {
        try {
          co_await sleep_for(1h);
        } catch (const interrupt&) {
          seen.push_back("interrupted");
        }
      });
      group.spawn(due, "second due");
      co_await sleeper;
    });
    EXPECT_EQ(seen, (journal{"interrupted", "first due", "second due"}));
  });
}

TEST(des_process, what_it_waited_for_is_still_there_after_an_interrupt) {
  run_virtual([]() -> task<> {
    des::event<int> news;
    co_await with_group([&](task_group& group) -> task<> {
      auto reader = group.spawn([&]() -> task<> {
        EXPECT_THROW(co_await news, interrupt);
        const int& value = co_await news;  // waits for the same event again
        EXPECT_EQ(value, 7);
        EXPECT_EQ(time_now(), 2s);
      });
      co_await sleep_for(1s);
      reader.interrupt(interrupt{});
      co_await sleep_for(1s);
      news.succeed(7);
    });
  });
}

TEST(des_process, an_interrupt_of_one_that_has_ended_does_nothing) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto done = group.spawn([] { return 1; });
      co_await done;
      done.interrupt(interrupt{});
      const int& value = co_await done;
      EXPECT_EQ(value, 1);
    });
  });
}

// Whatever a process waits for, an interrupt ends the wait and leaves the rest as it was.
TEST(des_process, an_interrupted_request_put_or_get_has_not_happened) {
  run_virtual([]() -> task<> {
    des::resource machine(0);
    des::preemptive_resource press(0);
    des::container tank(10, 5);
    des::store<int> shelf;
    int interrupted = 0;
    auto note = [&](auto wait) -> task<> {
      try {
        static_cast<void>(co_await wait());
      } catch (const interrupt&) {
        ++interrupted;
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      std::vector<child<>> waiting;
      waiting.push_back(group.spawn(note, [&] { return machine.request(); }));
      waiting.push_back(group.spawn(note, [&] { return press.request(); }));
      waiting.push_back(group.spawn(note, [&] { return tank.get(8); }));
      waiting.push_back(group.spawn(note, [&] { return tank.put(8); }));
      waiting.push_back(group.spawn(note, [&] { return shelf.get(); }));
      co_await sleep_for(1s);
      for (child<>& each : waiting) each.interrupt(interrupt{});
    });
    EXPECT_EQ(interrupted, 5);
    EXPECT_EQ(machine.queue_length() + press.queue_length(), 0u);
    EXPECT_EQ(tank.level(), 5);
    machine.set_capacity(1);
    press.set_capacity(1);
    EXPECT_EQ(machine.count() + press.count(), 0u);
  });
}

}  // namespace
