#include "pirn/core/timer.hpp"

#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

// Four children: half the levels of two, and the four lie side by side.
constexpr std::size_t arity = 4;
constexpr std::size_t parent_of(std::size_t child) noexcept {
  return (child - 1) / arity;
}
constexpr std::size_t first_child_of(std::size_t parent) noexcept {
  return arity * parent + 1;
}

}  // namespace

timer_queue::entry timer_queue::latest() noexcept {
  static latest_node node;
  return {INT64_MAX, &node};
}

void timer_queue::add(timer_node& node, time_point when) {
  PIRN_ASSERT(!node.is_armed(), "a timer is armed once at a time");
  const entry added{when.time_since_epoch().count(), &node};
  node.set_sequence(next_sequence_++);
  if (added.when > near_until_) {
    far_.add(added);
  } else if (is_open_) {
    is_open_ = false;
    sift_down(0, added);
  } else {
    if (heap_.size() < heap_size_ + 1 + behind_heap) grow_heap();
    sift_up(heap_size_++, added);
    if (heap_size_ > heap_limit_) [[unlikely]]
      send_far();
  }
  ++size_;
}

void timer_queue::remove(timer_node& node) noexcept {
  PIRN_ASSERT(node.is_armed(), "the timer is not armed");
  if (is_open_) close_top();
  --size_;
  const std::uint32_t place = std::exchange(node.place_, timer_node::unarmed);
  if ((place & far_bit) != 0) return far_.remove(place & ~far_bit, node.bucket_);
  if ((place & run_bit) != 0) {
    run_[place & ~run_bit].node = nullptr;
    return trim_run();
  }
  const entry last = take_last();
  if (place == heap_size_) return;
  if (place > 0 && before(last, heap_[parent_of(place)])) {
    sift_up(place, last);
  } else {
    sift_down(place, last);
  }
}

time_point timer_queue::moment_of(const timer_node& node) const noexcept {
  const std::uint32_t place = node.place_;
  if ((place & far_bit) != 0) return time_point(duration(far_.moment_at(place & ~far_bit)));
  const bool in_run = (place & run_bit) != 0;
  return time_point(duration(in_run ? run_[place & ~run_bit].when : heap_[place].when));
}

void timer_queue::fire_due(time_point now) noexcept {
  const std::int64_t present = now.time_since_epoch().count();
  while (is_due(present)) {
    if (is_open_) close_top();
    if (heap_size_ == 0 && run_.empty()) {
      take_bucket();  // which may turn out to hold nothing that is due
    } else {
      take_first().fire();
    }
  }
}

// Below an open top the first is among its children.
bool timer_queue::is_due(std::int64_t present) const noexcept {
  if (!run_.empty() && run_.back().when <= present) return true;
  if (heap_size_ > (is_open_ ? 1U : 0U)) {
    if (!is_open_) return heap_.front().when <= present;
    const std::int64_t first_pair = std::min(heap_[1].when, heap_[2].when);
    const std::int64_t second_pair = std::min(heap_[3].when, heap_[4].when);
    return std::min(first_pair, second_pair) <= present;
  }
  return run_.empty() && !far_.empty() && near_until_ < present;
}

timer_node& timer_queue::take_first() noexcept {
  --size_;
  if (!run_.empty() && (heap_size_ == 0 || before(run_.back(), heap_.front()))) {
    timer_node& first = *run_.back().node;
    first.place_ = timer_node::unarmed;
    run_.pop_back();
    trim_run();
    return first;
  }
  timer_node& first = *heap_.front().node;
  first.place_ = timer_node::unarmed;
  is_open_ = true;
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
  heap_limit_ = std::max(heap_max, 2 * run_.size());
  for (const entry& each : run_) __builtin_prefetch(each.node, 1);
  std::ranges::sort(run_, [](const entry& a, const entry& b) { return before(b, a); });
  for (std::size_t index = 0; index < run_.size(); ++index) {
    run_[index].node->place_ = run_bit | static_cast<std::uint32_t>(index);
    run_[index].node->draw_near();
  }
}

void timer_queue::send_far() noexcept {
  heap_.resize(heap_size_);
  for (const entry& each : run_) {
    if (each.node != nullptr) heap_.push_back(each);
  }
  run_.clear();
  far_.add_earlier(heap_, near_until_);
  heap_.assign(heap_.size() + behind_heap, latest());
  heap_size_ = 0;
  take_bucket();
}

void timer_queue::grow_heap() {
  heap_.resize(2 * heap_.size() + 32, latest());
}

timer_queue::entry timer_queue::take_last() noexcept {
  return std::exchange(heap_[--heap_size_], latest());
}

void timer_queue::close_top() noexcept {
  is_open_ = false;
  const entry last = take_last();
  if (heap_size_ != 0) sift_down(0, last);
}

void timer_queue::sift_up(std::size_t hole, entry moved) noexcept {
  while (hole > 0) {
    const std::size_t parent = parent_of(hole);
    if (!before(moved, heap_[parent])) break;
    place(hole, heap_[parent]);
    hole = parent;
  }
  place(hole, moved);
}

void timer_queue::sift_down(std::size_t hole, entry moved) noexcept {
  for (std::size_t first = first_child_of(hole); first < heap_size_; first = first_child_of(hole)) {
    const std::size_t least = least_of_four(first);
    if (!before(heap_[least], moved)) break;
    place(hole, heap_[least]);
    hole = least;
  }
  place(hole, moved);
}

// Without a branch on the moments: which is the least nobody can predict.
std::size_t timer_queue::least_of_four(std::size_t first) const noexcept {
  const std::size_t a = first + (before(heap_[first + 1], heap_[first]) ? 1 : 0);
  const std::size_t b = first + (before(heap_[first + 3], heap_[first + 2]) ? 3 : 2);
  return before(heap_[b], heap_[a]) ? b : a;
}

}  // namespace pirn
