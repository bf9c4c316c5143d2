// timer: order of firing, removal, what happens while firing.
#include "pirn/core/timer.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"

namespace {

using namespace std::chrono_literals;
using pirn::random_source;
using pirn::time_point;
using pirn::timer_node;
using pirn::timer_queue;

struct noted_timer final : timer_node {
  noted_timer(std::vector<int>& notes, int which) : trace(notes), number(which) {}
  using timer_node::set_priority;
  void fire() noexcept override { trace.push_back(number); }
  std::vector<int>& trace;
  int number;
};

TEST(timer_queue, fires_what_is_due_in_the_order_of_the_moments) {
  timer_queue queue;
  std::vector<int> trace;
  noted_timer late(trace, 3), early(trace, 1), middle(trace, 2);
  queue.add(late, time_point(3s));
  queue.add(early, time_point(1s));
  queue.add(middle, time_point(2s));
  EXPECT_EQ(queue.earliest(), time_point(1s));
  EXPECT_EQ(queue.moment_of(late), time_point(3s));
  queue.fire_due(time_point(2s));
  EXPECT_EQ(trace, (std::vector{1, 2}));
  EXPECT_FALSE(early.is_armed());
  EXPECT_TRUE(late.is_armed());
  EXPECT_EQ(queue.size(), 1u);
  queue.fire_due(time_point(9s));
  EXPECT_TRUE(queue.empty());
}

TEST(timer_queue, within_a_moment_priority_then_order_of_arming) {
  timer_queue queue;
  std::vector<int> trace;
  std::vector<std::unique_ptr<noted_timer>> timers;
  const std::int16_t priorities[] = {0, 1, -1, 0, INT16_MIN, INT16_MAX, -1};
  for (int i = 0; i < 7; ++i) {
    timers.push_back(std::make_unique<noted_timer>(trace, i));
    timers.back()->set_priority(priorities[i]);
    queue.add(*timers.back(), time_point(1s));
  }
  queue.fire_due(time_point(1s));
  EXPECT_EQ(trace, (std::vector{4, 2, 6, 0, 3, 1, 5}));
}

TEST(timer_queue, a_removed_timer_does_not_fire_and_may_be_armed_again) {
  timer_queue queue;
  std::vector<int> trace;
  noted_timer first(trace, 1), second(trace, 2);
  queue.add(first, time_point(1s));
  queue.add(second, time_point(2s));
  queue.remove(first);
  EXPECT_FALSE(first.is_armed());
  queue.add(first, time_point(3s));
  queue.fire_due(time_point(5s));
  EXPECT_EQ(trace, (std::vector{2, 1}));
}

TEST(timer_queue, a_timer_that_is_added_for_the_present_while_firing_fires_too) {
  timer_queue queue;
  std::vector<int> trace;
  struct adding final : timer_node {
    adding(timer_queue& to, timer_node& other) : queue(to), next(other) {}
    void fire() noexcept override { queue.add(next, time_point(1s)); }
    timer_queue& queue;
    timer_node& next;
  };
  noted_timer last(trace, 1);
  adding first(queue, last);
  queue.add(first, time_point(1s));
  queue.fire_due(time_point(1s));
  EXPECT_EQ(trace, (std::vector{1}));
}

TEST(timer_queue, a_timer_that_is_removed_while_firing_does_not_fire) {
  timer_queue queue;
  std::vector<int> trace;
  struct removing final : timer_node {
    removing(timer_queue& from, timer_node& other) : queue(from), target(other) {}
    void fire() noexcept override { queue.remove(target); }
    timer_queue& queue;
    timer_node& target;
  };
  noted_timer victim(trace, 1);
  removing first(queue, victim);
  queue.add(first, time_point(1s));
  queue.add(victim, time_point(1s));
  queue.fire_due(time_point(1s));
  EXPECT_TRUE(trace.empty());
  EXPECT_TRUE(queue.empty());
}

// Adds, removes and fires at random, beside a sorted list.
TEST(timer_queue, agrees_with_a_sorted_list) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    random_source random(seed);
    timer_queue queue;
    std::vector<int> trace;
    std::vector<int> expected;
    std::vector<std::unique_ptr<noted_timer>> timers;
    for (int i = 0; i < 300; ++i) timers.push_back(std::make_unique<noted_timer>(trace, i));
    using entry = std::tuple<std::int64_t, int, std::uint64_t, int>;
    std::vector<entry> armed;
    std::uint64_t sequence = 0;
    std::int64_t present = 0;
    for (int step = 0; step < 3000; ++step) {
      const int which = static_cast<int>(random.below(300));
      noted_timer& timer = *timers[static_cast<std::size_t>(which)];
      if (random.below(20) == 0) {
        present += static_cast<std::int64_t>(random.below(30));
        std::ranges::sort(armed);
        auto due = std::ranges::find_if(
            armed, [&](const entry& each) { return std::get<0>(each) > present; });
        for (auto each = armed.begin(); each != due; ++each) expected.push_back(std::get<3>(*each));
        armed.erase(armed.begin(), due);
        queue.fire_due(time_point(pirn::duration(present)));
      } else if (timer.is_armed()) {
        queue.remove(timer);
        std::erase_if(armed, [&](const entry& each) { return std::get<3>(each) == which; });
      } else {
        const auto when = present + 1 + static_cast<std::int64_t>(random.below(100));
        const auto priority = static_cast<std::int16_t>(random.below(3));
        timer.set_priority(priority);
        queue.add(timer, time_point(pirn::duration(when)));
        armed.emplace_back(when, priority, sequence++, which);
      }
      ASSERT_EQ(queue.size(), armed.size()) << "seed " << seed;
    }
    EXPECT_EQ(trace, expected) << "seed " << seed;
    for (auto& each : timers) {
      if (each->is_armed()) queue.remove(*each);
    }
  }
}

}  // namespace
