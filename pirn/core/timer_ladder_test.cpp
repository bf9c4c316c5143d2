// timer_ladder: many timers, near and far, evenly spread and not, beside a sorted set.
#include "pirn/core/timer_ladder.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/core/timer.hpp"

namespace {

using pirn::random_source;
using pirn::time_point;
using pirn::timer_node;
using pirn::timer_queue;

time_point moment(std::int64_t count) {
  return time_point(pirn::duration(count));
}

/// Timers in a queue and in a set, which must agree.
class twin_queues {
 public:
  twin_queues(std::size_t count, std::uint64_t seed,
              std::function<std::int64_t(random_source&)> far)
      : random_(seed), far_(std::move(far)) {
    for (std::size_t i = 0; i < count; ++i) timers_.push_back(std::make_unique<timer>(*this));
  }
  ~twin_queues() {
    for (auto& each : timers_) {
      if (each->is_armed()) queue_.remove(*each);
    }
  }

  void arm_all() {
    for (auto& each : timers_) arm(*each);
  }

  /// Fires, adds and takes out, so many times.
  void run(std::size_t steps, double share_taken_out) {
    for (std::size_t step = 0; step < steps; ++step) {
      timer& one = *timers_[random_.below(timers_.size())];
      if (random_.uniform() < share_taken_out) {
        if (one.is_armed()) disarm(one);
      } else if (!one.is_armed()) {
        arm(one);
      }
      if (random_.below(4) == 0) fire();
      ASSERT_EQ(queue_.size(), expected_.size());
    }
    while (!expected_.empty() && wrong_ == 0) fire();
    EXPECT_TRUE(queue_.empty() || wrong_ != 0);
  }

  std::size_t wrong() const { return wrong_; }
  /// What fires plans its next time, so often in a hundred.
  void plan_again(std::uint64_t percent) { percent_again_ = percent; }

 private:
  struct timer final : timer_node {
    explicit timer(twin_queues& owner) : home(owner) {}
    using timer_node::set_priority;
    void fire() noexcept override { home.fired(*this); }
    twin_queues& home;
    std::int64_t when = 0;
    std::int16_t priority = 0;
    std::uint64_t sequence = 0;
  };
  using key = std::tuple<std::int64_t, std::int16_t, std::uint64_t, timer*>;
  static key key_of(timer& of) { return {of.when, of.priority, of.sequence, &of}; }

  void arm(timer& armed) {
    const std::int64_t far = far_(random_);
    armed.when = far > INT64_MAX - present_ ? INT64_MAX : present_ + far;
    armed.priority = static_cast<std::int16_t>(random_.below(3));
    armed.sequence = next_++;
    armed.set_priority(armed.priority);
    queue_.add(armed, moment(armed.when));
    expected_.insert(key_of(armed));
  }
  void disarm(timer& disarmed) {
    if (queue_.moment_of(disarmed) != moment(disarmed.when)) ++wrong_;
    queue_.remove(disarmed);
    expected_.erase(key_of(disarmed));
  }
  void fire() {
    if (expected_.empty()) return;
    const std::int64_t first = std::get<0>(*expected_.begin());
    if (queue_.earliest() != moment(first)) ++wrong_;
    present_ = first;
    queue_.fire_due(moment(first));
  }
  void fired(timer& due) {
    if (expected_.empty() || *expected_.begin() != key_of(due)) ++wrong_;
    expected_.erase(key_of(due));
    if (random_.below(100) < percent_again_) arm(due);
  }

  random_source random_;
  std::function<std::int64_t(random_source&)> far_;
  std::uint64_t percent_again_ = 0;
  timer_queue queue_;
  std::vector<std::unique_ptr<timer>> timers_;
  std::set<key> expected_;
  std::int64_t present_ = 0;
  std::uint64_t next_ = 0;
  std::size_t wrong_ = 0;
};

struct spread {
  const char* name;
  std::function<std::int64_t(random_source&)> far;
};

const spread spreads[] = {
    {"evenly", [](random_source& random) { return std::int64_t(random.below(1 << 20)); }},
    {"few different moments", [](random_source& random) { return std::int64_t(random.below(3)); }},
    {"one moment", [](random_source&) { return std::int64_t{1000}; }},
    {"over all scales",
     [](random_source& random) { return std::int64_t(random() >> (1 + random.below(63))); }},
    {"near, and some for ever",
     [](random_source& random) {
       return random.below(50) == 0 ? INT64_MAX : std::int64_t(random.below(1000));
     }},
    {"two heaps far apart",
     [](random_source& random) {
       return std::int64_t(random.below(100) + (random.below(2) << 40));
     }},
};

TEST(timer_ladder, many_timers_fire_in_the_order_of_a_sorted_set) {
  for (const spread& each : spreads) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      SCOPED_TRACE(std::string(each.name) + ", seed " + std::to_string(seed));
      twin_queues both(5000, seed, each.far);
      both.arm_all();
      both.run(20'000, 0.3);
      EXPECT_EQ(both.wrong(), 0U);
    }
  }
}

TEST(timer_ladder, timers_that_arm_themselves_again_keep_the_order) {
  for (const spread& each : spreads) {
    SCOPED_TRACE(each.name);
    twin_queues both(3000, 7, each.far);
    both.plan_again(90);
    both.arm_all();
    both.run(20'000, 0.5);
    EXPECT_EQ(both.wrong(), 0U);
  }
}

struct counted_timer final : pirn::timer_node {
  explicit counted_timer(int& counter) : fired(counter) {}
  void fire() noexcept override { ++fired; }
  int& fired;
};

// Idle connections far off, and a burst of short time-outs again and again, of which some are taken
// back.
TEST(timer_ladder, bursts_of_near_timers_before_many_that_are_far_leave_no_rungs_behind) {
  using namespace std::chrono_literals;
  int fired = 0;
  pirn::timer_queue queue;
  std::vector<std::unique_ptr<counted_timer>> far;
  std::vector<std::unique_ptr<counted_timer>> near;
  for (int i = 0; i < 2000; ++i) far.push_back(std::make_unique<counted_timer>(fired));
  for (int i = 0; i < 300; ++i) near.push_back(std::make_unique<counted_timer>(fired));
  pirn::time_point now{};
  for (std::size_t i = 0; i < far.size(); ++i) queue.add(*far[i], now + 60s + i * 10ms);
  for (int round = 0; round < 2000; ++round) {
    fired = 0;
    for (std::size_t i = 0; i < near.size(); ++i) queue.add(*near[i], now + 100us + i % 97 * 1us);
    for (std::size_t i = 0; i < near.size(); i += 3) queue.remove(*near[i]);
    ASSERT_LT(queue.earliest(), now + 1ms);
    queue.fire_due(now += 1ms);
    ASSERT_EQ(fired, 200) << "round " << round;
    ASSERT_EQ(queue.size(), far.size());
  }
  for (std::size_t i = 0; i < far.size(); ++i) {
    ASSERT_EQ(queue.moment_of(*far[i]), pirn::time_point{} + 60s + i * 10ms);
    queue.remove(*far[i]);
  }
}

TEST(timer_ladder, a_queue_grows_shrinks_and_grows_again) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    twin_queues both(2000, seed, spreads[0].far);
    for (int round = 0; round < 3; ++round) {
      both.arm_all();
      both.run(1'000, 0.9);
    }
    EXPECT_EQ(both.wrong(), 0U);
  }
}

}  // namespace
