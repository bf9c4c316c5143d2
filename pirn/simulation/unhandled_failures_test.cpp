// unhandled_failures: which failed events end a simulation's run, by SimPy's rules.
#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/simulation/condition.hpp"
#include "pirn/simulation/event.hpp"
#include "pirn/simulation/simulation.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace pirn {
namespace {

using namespace std::chrono_literals;

class des_unhandled_failures : public ::testing::Test {
 protected:
  static task<> fail_after(duration length, des::event<>* event) {
    co_await sleep_for(length);
    event->fail(std::runtime_error("broken"));
  }
  static task<> expect_failure(des::event<>* event) {
    EXPECT_THROW(co_await *event, std::runtime_error);
  }
  static task<> expect_in_condition(des::event<>* event) {
    auto wait = [&]() -> task<> { co_await des::any_of(*event, sleep_for(1h)); };
    EXPECT_THROW(co_await wait(), std::runtime_error);
  }
  static task<> wake_after(duration length, bool* woken) {
    co_await sleep_for(length);
    *woken = true;
  }

  des::event<> event;
  bool woken = false;
  simulation sim;
};

TEST_F(des_unhandled_failures, end_the_run_which_can_go_on) {
  sim.spawn(fail_after, 1s, &event);
  sim.spawn(wake_after, 2s, &woken);
  EXPECT_THROW(sim.run(), std::runtime_error);
  EXPECT_EQ(sim.now(), time_point(1s));
  EXPECT_FALSE(woken);
  sim.run();
  EXPECT_TRUE(woken);
}

TEST_F(des_unhandled_failures, end_a_step) {
  sim.spawn(fail_after, 1s, &event);
  EXPECT_TRUE(sim.step());
  EXPECT_THROW(sim.step(), std::runtime_error);
}

TEST_F(des_unhandled_failures, are_not_those_that_somebody_waited_for) {
  sim.spawn(expect_failure, &event);
  sim.spawn(fail_after, 1s, &event);
  sim.run();
  EXPECT_EQ(sim.now(), time_point(1s));
}

TEST_F(des_unhandled_failures, are_not_those_that_somebody_awaits_in_the_same_moment) {
  sim.spawn(
      [](des::event<>* mine) -> task<> {
        mine->fail(std::runtime_error("broken"));
        co_await expect_failure(mine);
      },
      &event);
  sim.run();
  des::event<> other;
  sim.spawn(
      [](des::event<>* mine) -> task<> {
        mine->fail(std::runtime_error("broken"));
        simulation::current().spawn(expect_in_condition, mine);
        co_return;
      },
      &other);
  sim.run();
}

TEST_F(des_unhandled_failures, are_those_that_somebody_awaits_later) {
  sim.spawn(fail_after, 1s, &event);
  sim.spawn(
      [](des::event<>* failed) -> task<> {
        co_await sleep_for(2s);
        co_await expect_failure(failed);
      },
      &event);
  EXPECT_THROW(sim.run(), std::runtime_error);
  sim.run();
  EXPECT_EQ(sim.now(), time_point(2s));
}

TEST_F(des_unhandled_failures, are_not_those_that_were_defused) {
  event.defuse();
  sim.spawn(fail_after, 1s, &event);
  des::event<> other;
  sim.spawn(
      [](des::event<>* mine) -> task<> {
        mine->fail(std::runtime_error("broken"));
        mine->defuse();
        co_return;
      },
      &other);
  sim.run();
  EXPECT_TRUE(event.has_failed());
  EXPECT_TRUE(other.has_failed());
}

TEST_F(des_unhandled_failures, count_though_their_event_has_ended) {
  sim.spawn([]() -> task<> {
    std::optional<des::event<>> short_lived;
    short_lived.emplace();
    short_lived->fail(std::runtime_error("broken"));
    short_lived.reset();
    short_lived.emplace();  // at the same address
    short_lived->fail(std::logic_error("handled"));
    EXPECT_THROW(co_await *short_lived, std::logic_error);
  });
  EXPECT_THROW(sim.run(), std::runtime_error);
}

TEST_F(des_unhandled_failures, at_the_end_of_a_simulation_are_lost) {
  {
    simulation short_lived;
    short_lived.spawn(
        [](des::event<>* failed) -> task<> {
          try {
            co_await sleep_until(never);
          } catch (...) {
            failed->fail(std::runtime_error("broken"));
            throw;
          }
        },
        &event);
  }
  EXPECT_TRUE(event.has_failed());
}

TEST_F(des_unhandled_failures, outside_a_simulation_stay_with_their_event) {
  ::pirn::testing::run_virtual([&]() -> task<> {
    event.fail(std::runtime_error("broken"));
    co_await sleep_for(1s);
    co_await expect_failure(&event);
  });
}

}  // namespace
}  // namespace pirn
