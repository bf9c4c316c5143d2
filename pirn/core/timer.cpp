#include "pirn/core/timer.hpp"

#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn {

void timer_queue::add(timer_node& node, time_point when) {
  PIRN_ASSERT(!node.is_armed(), "a timer is armed once at a time");
  const entry added{when.time_since_epoch().count(), &node};
  node.set_sequence(next_sequence_++);
  if (added.when > near_until_) {
    far_.add(added);
  } else {
    near_.add(added);
    if (near_.size() > near_limit_) [[unlikely]]
      send_far();
  }
  ++size_;
}

void timer_queue::remove(timer_node& node) noexcept {
  PIRN_ASSERT(node.is_armed(), "the timer is not armed");
  --size_;
  const std::uint32_t place = node.place_;
  if ((place & (far_bit | run_bit)) == 0) return near_.remove(node);
  node.place_ = timer_node::unarmed;
  if ((place & far_bit) != 0) return far_.remove(place & ~far_bit, node.bucket_);
  run_[place & ~run_bit].node = nullptr;
  trim_run();
}

time_point timer_queue::moment_of(const timer_node& node) const noexcept {
  const std::uint32_t place = node.place_;
  if ((place & far_bit) != 0) return time_point(duration(far_.moment_at(place & ~far_bit)));
  const bool in_run = (place & run_bit) != 0;
  return time_point(duration(in_run ? run_[place & ~run_bit].when : near_.moment_at(place)));
}

void timer_queue::fire_due(time_point now) noexcept {
  const std::int64_t present = now.time_since_epoch().count();
  for (;;) {
    const bool is_near_due = near_.first_moment() <= present && !near_.empty();
    if (is_near_due || (!run_.empty() && run_.back().when <= present)) {
      take_first().fire();
    } else if (near_until_ < present && run_.empty() && near_.empty() && !far_.empty()) {
      take_bucket();  // which may turn out to hold nothing that is due
    } else {
      return;
    }
  }
}

inline timer_node& timer_queue::take_first() noexcept {
  --size_;
  if (run_.empty() || (!near_.empty() && near_.first().is_before(run_.back()))) {
    return near_.take_first();
  }
  timer_node& first = *run_.back().node;
  first.place_ = timer_node::unarmed;
  run_.pop_back();
  trim_run();
  return first;
}

void timer_queue::trim_run() noexcept {
  while (!run_.empty() && run_.back().node == nullptr) run_.pop_back();
}

// Among very many timers each one's memory is far away, too: that of the whole bucket is fetched at
// once instead of one after the other as they fire.
void timer_queue::take_bucket() {
  near_until_ = far_.take_first(run_);
  if (far_.empty()) near_until_ = INT64_MAX;
  near_limit_ = std::max(near_max, 2 * run_.size());
  for (const entry& each : run_) __builtin_prefetch(each.node, 1);
  std::ranges::sort(run_, [](const entry& a, const entry& b) { return b.is_before(a); });
  for (std::size_t index = 0; index < run_.size(); ++index) {
    run_[index].node->place_ = run_bit | static_cast<std::uint32_t>(index);
    run_[index].node->draw_near();
  }
}

void timer_queue::send_far() noexcept {
  std::erase_if(run_, [](const entry& each) { return each.node == nullptr; });
  near_.empty_into(run_);
  far_.add_earlier(run_, near_until_);
  run_.clear();
  take_bucket();
}

}  // namespace pirn
