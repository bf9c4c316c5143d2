// pace: simulations in step with a loop's clock, virtual in all tests but the last ones.
#include "pirn/simulation/pace.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/run/run.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace pirn {
namespace {

using namespace std::chrono_literals;
using pirn::testing::run_virtual;

/// Looks at another loop's clock whenever it wakes.
task<> look(loop* outside, std::vector<duration>* seen, int times, duration length) {
  for (int i = 0; i < times; ++i) {
    co_await sleep_for(length);
    seen->push_back(outside->now().time_since_epoch());
  }
}

TEST(des_pace, each_moment_comes_when_it_is_due) {
  run_virtual([]() -> task<> {
    std::vector<duration> seen;
    simulation sim;
    sim.spawn(look, &loop::current(), &seen, 3, 2s);
    co_await des::run_paced(sim, {.factor = 0.25});
    EXPECT_EQ(seen, (std::vector<duration>{500ms, 1s, 1500ms}));
    EXPECT_EQ(sim.now(), time_point(6s));
  });
}

TEST(des_pace, the_present_of_both_clocks_is_where_it_begins) {
  run_virtual([]() -> task<> {
    co_await sleep_for(7s);
    std::vector<duration> seen;
    simulation sim({.start_time = time_point(duration(90)), .tick = tick::minute});
    sim.spawn(look, &loop::current(), &seen, 2, 1min);
    sim.run_until(time_point(duration(91)));
    co_await sleep_for(1s);
    co_await des::run_paced(sim, {.factor = 1.0 / 60});
    EXPECT_EQ(seen, (std::vector<duration>{8s, 9s}));
  });
}

TEST(des_pace, what_is_planned_for_the_end_has_not_happened) {
  run_virtual([]() -> task<> {
    std::vector<duration> seen;
    simulation sim;
    sim.spawn(look, &loop::current(), &seen, 2, 1s);
    bool is_more_left = co_await des::run_paced_until(sim, time_point(2s), {.factor = 3});
    EXPECT_TRUE(is_more_left);
    EXPECT_EQ(seen, (std::vector<duration>{3s}));
    EXPECT_EQ(now(), time_point(6s));
    is_more_left = co_await des::run_paced_until(sim, time_point(5s), {.factor = 1});
    EXPECT_FALSE(is_more_left);
    EXPECT_EQ(seen, (std::vector<duration>{3s, 6s}));
    EXPECT_EQ(now(), time_point(9s)) << "the end takes its time with nothing left";
  });
}

TEST(des_pace, without_an_end_it_runs_until_nothing_is_left) {
  run_virtual([]() -> task<> {
    std::vector<duration> seen;
    simulation sim;
    sim.spawn(look, &loop::current(), &seen, 2, 1s);
    const bool is_more_left = co_await des::run_paced_until(sim, never);
    EXPECT_FALSE(is_more_left);
    EXPECT_EQ(seen, (std::vector<duration>{1s, 2s}));
    EXPECT_EQ(now(), time_point(2s));
  });
}

TEST(des_pace, one_after_the_other_may_pace_a_simulation) {
  run_virtual([]() -> task<> {
    std::vector<duration> seen;
    simulation sim;
    sim.spawn(look, &loop::current(), &seen, 3, 2s);
    const bool is_done = co_await move_on_after(3s, des::run_paced(sim));
    EXPECT_FALSE(is_done);
    co_await des::run_paced(sim, {.factor = 0.5});
    EXPECT_EQ(seen.size(), 3U);
  });
}

task<> sleep_long() {
  co_await sleep_for(10s);
}

/// Paces a simulation as one must not.
template <class Pace>
void pace_wrongly(Pace wrongly) {
  run_virtual([&]() -> task<> {
    simulation sim;
    sim.spawn(sleep_long);
    co_await wrongly(sim);
  });
}

task<> pace_twice(simulation& sim) {
  co_await with_group([&](task_group& group) {
    group.spawn(des::run_paced, std::ref(sim), des::pace_options{});
    group.spawn(des::run_paced, std::ref(sim), des::pace_options{});
  });
}

TEST(des_pace_death, what_must_not_be_is_told) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto never_late = [](simulation& sim) { return des::run_paced(sim, {.late_max = -1s}); };
  EXPECT_DEATH(pace_wrongly(never_late), "what comes in time is not late");
  const auto into_the_past = [](simulation& sim) {
    sim.run_until(time_point(5s));
    return des::run_paced_until(sim, time_point(4s));
  };
  EXPECT_DEATH(pace_wrongly(into_the_past), "does not run backwards");
  EXPECT_DEATH(pace_wrongly(pace_twice), "one clock at a time");
}

TEST(des_pace, other_tasks_of_the_loop_go_on_meanwhile) {
  run_virtual([]() -> task<> {
    std::vector<duration> seen;
    simulation sim;
    sim.spawn(look, &loop::current(), &seen, 2, 10s);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(look, &loop::current(), &seen, 1, 15s);
      co_await des::run_paced(sim);
    });
    EXPECT_EQ(seen, (std::vector<duration>{10s, 15s, 20s}));
  });
}

TEST(des_pace, who_cancels_it_can_run_the_simulation_on) {
  run_virtual([]() -> task<> {
    std::vector<duration> seen;
    simulation sim;
    sim.spawn(look, &loop::current(), &seen, 3, 1s);
    bool ended = co_await move_on_after(1500ms, des::run_paced(sim));
    EXPECT_FALSE(ended);
    EXPECT_EQ(sim.now(), time_point(1s));
    sim.run();
    EXPECT_EQ(seen, (std::vector<duration>{1s, 1500ms, 1500ms}));
  });
}

TEST(des_pace, throws_what_a_process_threw) {
  run_virtual([]() -> task<> {
    simulation sim;
    sim.spawn([]() -> task<> {
      co_await sleep_for(1s);
      throw std::domain_error("broken");
    });
    auto paced = [&]() -> task<> { co_await des::run_paced(sim); };
    EXPECT_THROW(co_await paced(), std::domain_error);
    EXPECT_EQ(now(), time_point(1s));
  });
}

// On a kernel's clock time passes while anything is computed.
TEST(des_pace, coming_too_late_is_an_error_that_says_by_how_much) {
  const auto wake_often = [](int* woken) -> task<> {
    while (*woken < 1000) {
      co_await sleep_for(1ns);
      ++*woken;
    }
  };
  int woken = 0;
  simulation sim;
  sim.spawn(wake_often, &woken);
  try {
    run(des::run_paced, std::ref(sim), des::pace_options{.late_max = 0ns});
    FAIL() << "a thousand moments in a microsecond";
  } catch (const des::too_late& error) {
    EXPECT_GT(error.late(), 0ns);
    EXPECT_TRUE(std::string(error.what()).ends_with(" s late")) << error.what();
  }
  EXPECT_LT(woken, 1000);
  run(des::run_paced, std::ref(sim), des::pace_options{.strict = false});
  EXPECT_EQ(woken, 1000) << "it catches up";
}

TEST(des_pace, in_real_time_a_simulation_takes_its_time) {
  simulation sim;
  sim.spawn([]() -> task<> { co_await sleep_for(40ms); });
  const auto begun = std::chrono::steady_clock::now();
  run(des::run_paced, std::ref(sim), des::pace_options{.factor = 0.1, .strict = false});
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 4ms);
}

}  // namespace
}  // namespace pirn
