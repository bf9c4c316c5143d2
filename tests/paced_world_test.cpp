// A paced simulation on a host that stands still for a while: too late by just that.
#include <optional>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/simulation/pace.hpp"
#include "pirn/world/host.hpp"
#include "pirn/world/world.hpp"

namespace pirn {
namespace {

using namespace std::chrono_literals;

task<> tick_away(int* ticks) {
  for (;;) {
    co_await sleep_for(1s);
    ++*ticks;
  }
}

/// How late it found itself, if it did.
task<> plant(int* ticks, bool strict, std::optional<des::too_late>* told) {
  simulation sim;
  sim.spawn(tick_away, ticks);
  try {
    co_await des::run_paced(sim, {.strict = strict});
  } catch (const des::too_late& error) {
    *told = error;
  }
}

TEST(paced_world, what_a_pause_of_its_host_has_missed_is_too_late) {
  world w;
  int ticks = 0;
  std::optional<des::too_late> told;
  host& paused = w.add_host("plant", "10.0.0.1");
  paused.run(plant, &ticks, true, &told);
  w.run_for(2500ms);
  EXPECT_EQ(ticks, 2);
  paused.pause(5s);
  w.run_for(10s);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->late(), 4500ms);
  EXPECT_STREQ(told->what(), "the simulation is 4.500 s late");
  EXPECT_EQ(ticks, 2);
}

TEST(paced_world, or_it_catches_up) {
  world w;
  int ticks = 0;
  host& paused = w.add_host("plant", "10.0.0.1");
  std::optional<des::too_late> told;
  paused.run(plant, &ticks, false, &told);
  w.run_for(2500ms);
  paused.pause(5s);
  w.run_for(4s);
  EXPECT_EQ(ticks, 2);
  w.run_for(1001ms);
  EXPECT_EQ(ticks, 7);
  w.run_for(2s);
  EXPECT_EQ(ticks, 9);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace pirn
