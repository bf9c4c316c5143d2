#include "pirn/sim/event_queue.hpp"

#include <array>
#include <chrono>
#include <vector>

#include <gtest/gtest.h>

namespace pirn::sim {

using namespace std::chrono_literals;

namespace {

struct recorded final : simulated_event {
  recorded(std::vector<int>& into, int name) : log(into), number(name) {}
  void fire() noexcept override { log.push_back(number); }

  std::vector<int>& log;
  int number;
};

constexpr time_point start{1s};

}  // namespace

TEST(event_queue, starts_at_its_time_and_empty) {
  event_queue events(start);
  EXPECT_EQ(events.now(), start);
  EXPECT_EQ(events.next(), never);
  EXPECT_FALSE(events.is_due());
}

TEST(event_queue, events_happen_by_time_and_those_of_one_moment_as_they_were_added) {
  event_queue events(start);
  std::vector<int> log;
  std::array<recorded, 4> each{{{log, 0}, {log, 1}, {log, 2}, {log, 3}}};
  events.add(each[0], start + 2s);
  events.add(each[1], start + 1s);
  events.add(each[2], start + 2s);
  events.add(each[3], start + 1s);
  EXPECT_EQ(events.next(), start + 1s);
  events.jump(start + 1s);
  events.happen();
  EXPECT_EQ(log, (std::vector{1, 3}));
  events.jump(start + 2s);
  events.happen();
  EXPECT_EQ(log, (std::vector{1, 3, 0, 2}));
}

TEST(event_queue, what_an_event_adds_for_its_own_moment_happens_too) {
  event_queue events(start);
  std::vector<int> log;
  recorded second(log, 2);
  struct chained final : simulated_event {
    chained(event_queue& queue, simulated_event& after) : events(queue), next(after) {}
    void fire() noexcept override { events.add(next, events.now()); }
    event_queue& events;
    simulated_event& next;
  } first(events, second);
  events.add(first, start);
  EXPECT_TRUE(events.is_due());
  events.happen();
  EXPECT_EQ(log, (std::vector{2}));
}

TEST(event_queue, a_removed_event_does_not_happen) {
  event_queue events(start);
  std::vector<int> log;
  recorded kept(log, 1);
  recorded removed(log, 2);
  events.add(kept, start);
  events.add(removed, start);
  events.remove(removed);
  events.happen();
  EXPECT_EQ(log, (std::vector{1}));
  EXPECT_EQ(events.size(), 0U);
}

TEST(event_queue_death, time_neither_goes_back_nor_leaves_an_event_out) {
  event_queue events(start);
  std::vector<int> log;
  recorded next(log, 1);
  EXPECT_DEATH(events.add(next, start - 1ns), "now or later");
  EXPECT_DEATH(events.jump(start - 1ns), "time moves on");
  events.add(next, start + 1s);
  EXPECT_DEATH(events.jump(start + 2s), "time moves on");
  events.remove(next);
}

}  // namespace pirn::sim
