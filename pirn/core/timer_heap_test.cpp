// timer_heap: the order in which timers are taken, as an array, as a heap, and from one to the
// other.
#include "pirn/core/timer_heap.hpp"

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/core/timer.hpp"

namespace {

using pirn::duration;
using pirn::random_source;
using pirn::time_point;
using pirn::timer_node;
using pirn::timer_queue;

struct numbered final : timer_node {
  explicit numbered(std::vector<std::size_t>& notes, std::size_t which)
      : taken(notes), number(which) {}
  using timer_node::set_priority;
  void fire() noexcept override { taken.push_back(number); }
  std::vector<std::size_t>& taken;
  std::size_t number;
  // What the order goes by.
  std::int64_t when = 0;
  std::int16_t priority = 0;
  std::uint64_t armed_as = 0;
};

// A timer queue beside one that is sorted anew for each question.
class compared {
 public:
  compared(std::uint64_t seed, std::size_t timers, std::int64_t span)
      : source_(seed), span_(static_cast<std::uint64_t>(span)) {
    for (std::size_t i = 0; i < timers; ++i) {
      all_.push_back(std::make_unique<numbered>(fired_, i));
    }
  }

  void step() {
    numbered& each = *all_[source_.below(all_.size())];
    if (!each.is_armed()) return arm(each);
    if (source_.below(3) == 0) return disarm(each);
    fire_some();
  }
  void fire_all() {
    while (!queue_.empty()) fire_some();
  }
  std::size_t armed() const { return queue_.size(); }

 private:
  void arm(numbered& each) {
    each.when = now_ + static_cast<std::int64_t>(source_.below(span_));
    each.priority = static_cast<std::int16_t>(source_.below(3)) - 1;
    each.armed_as = ++armings_;
    each.set_priority(each.priority);
    queue_.add(each, time_point(duration(each.when)));
    ASSERT_EQ(queue_.moment_of(each), time_point(duration(each.when)));
  }
  void disarm(numbered& each) {
    queue_.remove(each);
    ASSERT_FALSE(each.is_armed());
  }
  void fire_some() {
    std::vector<const numbered*> due;
    for (const auto& each : all_) {
      if (each->is_armed()) due.push_back(each.get());
    }
    ASSERT_EQ(queue_.size(), due.size());
    std::ranges::sort(due, [](const numbered* a, const numbered* b) {
      return std::tie(a->when, a->priority, a->armed_as) <
             std::tie(b->when, b->priority, b->armed_as);
    });
    ASSERT_EQ(queue_.earliest(), time_point(duration(due.front()->when)));
    now_ = due[source_.below(due.size())]->when;
    std::erase_if(due, [this](const numbered* each) { return each->when > now_; });
    fired_.clear();
    queue_.fire_due(time_point(duration(now_)));
    ASSERT_EQ(fired_.size(), due.size());
    for (std::size_t i = 0; i < due.size(); ++i) ASSERT_EQ(fired_[i], due[i]->number);
  }

  random_source source_;
  std::uint64_t span_;
  timer_queue queue_;
  std::vector<std::unique_ptr<numbered>> all_;
  std::vector<std::size_t> fired_;
  std::int64_t now_ = 0;
  std::uint64_t armings_ = 0;
};

// Sizes around those at which an array becomes a heap and a heap an array; spans with many equal
// moments and with few.
TEST(timer_heap, any_number_of_timers_is_taken_in_order_after_any_adding_and_removing) {
  for (const std::size_t timers : {1u, 2u, 3u, 11u, 12u, 13u, 15u, 16u, 17u, 18u, 24u, 40u, 120u}) {
    for (const std::int64_t span : {3, 100, 1'000'000}) {
      SCOPED_TRACE(::testing::Message() << timers << " timers within " << span);
      compared both(timers * 1000 + static_cast<std::uint64_t>(span), timers, span);
      for (int i = 0; i < 2'000; ++i) {
        both.step();
        ASSERT_FALSE(::testing::Test::HasFatalFailure());
      }
      both.fire_all();
      EXPECT_EQ(both.armed(), 0u);
    }
  }
}

TEST(timer_heap, timers_of_one_moment_go_by_priority_then_arming_at_every_size) {
  for (std::size_t timers = 1; timers <= 40; ++timers) {
    compared both(timers, timers, 1);
    for (int i = 0; i < 400; ++i) both.step();
    both.fire_all();
    ASSERT_FALSE(::testing::Test::HasFatalFailure()) << timers << " timers";
  }
}

}  // namespace
