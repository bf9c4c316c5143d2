// simulation: runs, stops, steps; processes that end, fail, are interrupted; other ticks.
#include "pirn/simulation/simulation.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/within.hpp"
#include "pirn/simulation/event.hpp"
#include "pirn/sync/queue.hpp"

namespace pirn {
namespace {

using namespace std::chrono_literals;
using picoseconds = std::chrono::duration<std::int64_t, std::pico>;
using days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
using minutes = std::chrono::duration<double, std::ratio<60>>;

time_point at(duration when) {
  return time_point(when);
}

task<> note_after(duration length, std::vector<std::string>* notes, const char* what) {
  co_await sleep_for(length);
  notes->emplace_back(what);
}

TEST(simulation, runs_until_nothing_is_left_to_happen) {
  simulation sim;
  std::vector<std::string> notes;
  sim.spawn(note_after, 2min, &notes, "second");
  sim.spawn(note_after, 1min, &notes, "first");
  sim.run();
  EXPECT_EQ(notes, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(sim.now(), at(2min));
  EXPECT_EQ(sim.active(), 0U);
}

TEST(simulation, what_is_planned_for_the_end_has_not_happened) {
  simulation sim;
  std::vector<std::string> notes;
  sim.spawn(note_after, 1min, &notes, "before");
  sim.spawn(note_after, 2min, &notes, "at the end");
  EXPECT_TRUE(sim.run_until(at(2min)));
  EXPECT_EQ(notes, (std::vector<std::string>{"before"}));
  EXPECT_EQ(sim.now(), at(2min));
  EXPECT_FALSE(sim.run_until(at(5min)));
  EXPECT_EQ(notes.size(), 2U);
  EXPECT_EQ(sim.now(), at(5min)) << "time goes on to the end with nothing left";
}

TEST(simulation, processes_start_others_and_wait_for_their_results) {
  simulation sim;
  int sum = 0;
  sim.spawn(
      [](int* total) -> task<> {
        simulation& mine = simulation::current();
        child<int> work = mine.spawn(
            [](int given) -> task<int> {
              co_await sleep_for(3s);
              co_return given * 2;
            },
            21);
        *total = co_await work;
        EXPECT_EQ(mine.now(), at(3s));
      },
      &sum);
  sim.run();
  EXPECT_EQ(sum, 42);
}

TEST(simulation, runs_until_a_process_has_ended) {
  simulation sim;
  std::vector<std::string> notes;
  sim.spawn(note_after, 9min, &notes, "late");
  child<int> seven = sim.spawn([]() -> task<int> {
    co_await sleep_for(7s);
    co_return 7;
  });
  EXPECT_TRUE(sim.run_until(seven));
  EXPECT_EQ(sim.now(), at(7s));
  EXPECT_EQ(seven.result(), 7);
  EXPECT_TRUE(notes.empty());
}

TEST(simulation, runs_until_an_event_has_happened_or_cannot_any_more) {
  simulation sim;
  des::event<int> happens;
  des::event<int> never_happens;
  sim.spawn(
      [](des::event<int>* event) -> task<> {
        co_await sleep_for(4s);
        event->succeed(4);
      },
      &happens);
  EXPECT_TRUE(sim.run_until(happens));
  EXPECT_EQ(sim.now(), at(4s));
  EXPECT_FALSE(sim.run_until(never_happens));
  EXPECT_EQ(sim.active(), 0U);
}

task<> fail_after(duration length) {
  co_await sleep_for(length);
  throw std::runtime_error("broken");
}

TEST(simulation, a_failure_that_nobody_awaits_ends_the_run) {
  simulation sim;
  std::vector<std::string> notes;
  sim.spawn(fail_after, 1s);
  sim.spawn(note_after, 2s, &notes, "goes on");
  EXPECT_THROW(sim.run(), std::runtime_error);
  EXPECT_EQ(sim.now(), at(1s));
  sim.run();
  EXPECT_EQ(notes.size(), 1U) << "the others go on in the next run";
}

TEST(simulation, a_failure_is_left_to_whom_awaits_it) {
  simulation sim;
  std::string met;
  sim.spawn(
      [](std::string* what) -> task<> {
        child<> failing = simulation::current().spawn(fail_after, 1s);
        try {
          co_await failing;
        } catch (const std::runtime_error& error) {
          *what = error.what();
        }
      },
      &met);
  sim.run();
  EXPECT_EQ(met, "broken");
}

TEST(simulation, a_run_until_a_failing_process_throws_what_it_threw) {
  simulation sim;
  child<> failing = sim.spawn(fail_after, 1s);
  EXPECT_THROW(sim.run_until(failing), std::runtime_error);
}

struct called_away {
  int by;
};

TEST(simulation, an_interrupt_goes_ahead_of_what_is_due) {
  simulation sim;
  std::vector<std::string> notes;
  child<> sleeper = sim.spawn(
      [](std::vector<std::string>* all) -> task<> {
        try {
          co_await sleep_for(1h);
        } catch (const called_away& cause) {
          all->push_back("interrupted by " + std::to_string(cause.by));
        }
      },
      &notes);
  sim.spawn(
      [](child<>* victim, std::vector<std::string>* all) -> task<> {
        co_await sleep_for(1min, -1);
        victim->interrupt(called_away{.by = 5});
        all->emplace_back("interrupts");
      },
      &sleeper, &notes);
  sim.spawn(note_after, 1min, &notes, "due");
  sim.run();
  EXPECT_EQ(notes, (std::vector<std::string>{"interrupts", "interrupted by 5", "due"}));
}

TEST(simulation, steps_from_moment_to_moment) {
  simulation sim;
  std::vector<std::string> notes;
  sim.spawn(note_after, 1s, &notes, "a");
  sim.spawn(note_after, 1s, &notes, "b");
  sim.spawn(note_after, 2s, &notes, "c");
  EXPECT_EQ(sim.peek(), at(0s));
  EXPECT_TRUE(sim.step());
  EXPECT_EQ(sim.peek(), at(1s));
  EXPECT_TRUE(sim.step());
  EXPECT_EQ(notes, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(sim.step());
  EXPECT_FALSE(sim.step());
  EXPECT_EQ(sim.peek(), never);
}

TEST(simulation, ordinary_queues_and_time_outs_are_on_its_time) {
  simulation sim;
  bool timed_out = false;
  sim.spawn(
      [](bool* late) -> task<> {
        queue<int> empty;
        const std::optional<int> got = co_await move_on_after(30s, empty.pop());
        *late = !got;
        EXPECT_EQ(now(), at(30s));
      },
      &timed_out);
  sim.run();
  EXPECT_TRUE(timed_out);
}

TEST(simulation, processes_that_are_left_clean_up_at_its_end) {
  bool cleaned = false;
  {
    simulation sim;
    sim.spawn(
        [](bool* done) -> task<> {
          const scope_exit clean([done]() noexcept { *done = true; });
          for (;;) co_await sleep_for(1h);
        },
        &cleaned);
    sim.run_until(at(10h));
    EXPECT_FALSE(cleaned);
  }
  EXPECT_TRUE(cleaned);
}

TEST(simulation, counts_in_picoseconds_or_in_days) {
  simulation fine({.tick = tick::picosecond});
  fine.spawn([]() -> task<> {
    co_await sleep_for(picoseconds(3));
    co_await sleep_for(2ns);
  });
  fine.run();
  EXPECT_EQ(fine.now_in<picoseconds>(), picoseconds(2'003));

  simulation coarse({.tick = tick::day});
  coarse.spawn([]() -> task<> {
    co_await sleep_for(days(1'000'000'000));
    co_await sleep_for(48h);
  });
  coarse.run();
  EXPECT_EQ(coarse.now_in<days>(), days(1'000'000'002));
}

TEST(simulation, sleeps_for_lengths_in_floating_point) {
  simulation sim;
  sim.spawn([]() -> task<> { co_await sleep_for(minutes(1.5)); });
  sim.run();
  EXPECT_EQ(sim.now(), at(90s));
  EXPECT_DOUBLE_EQ(sim.now_in<minutes>().count(), 1.5);
}

TEST(simulation, a_moment_past_the_end_of_the_clock_is_an_error) {
  simulation sim({.start_time = at(10s)});
  sim.spawn([]() -> task<> { co_await sleep_for(duration(INT64_MAX - 1)); });
  EXPECT_THROW(sim.run(), std::overflow_error);

  simulation coarse({.tick = tick::minute});
  coarse.spawn([]() -> task<> { co_await sleep_for(90s); });
  EXPECT_THROW(coarse.run(), std::domain_error);
}

TEST(simulation, its_random_numbers_are_those_of_its_seed) {
  simulation sim({.seed = 3});
  des::random other(3);
  EXPECT_EQ(sim.random()(), other());
}

}  // namespace
}  // namespace pirn
