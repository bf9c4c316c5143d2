#include "pirn/core/timer.hpp"

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

// The priority in the upper 16 bits (biased, so that unsigned order is signed order), the sequence
// in the rest: 2^48 timers last nine years at a million a second.
constexpr int sequence_bits = 48;
constexpr std::uint64_t order_key(std::int16_t priority, std::uint64_t sequence) noexcept {
  auto biased = static_cast<std::uint64_t>(static_cast<std::int32_t>(priority) + 0x8000);
  return (biased << sequence_bits) | sequence;
}

}  // namespace

void timer_queue::add(timer_node& node, time_point when, std::int16_t priority) {
  PIRN_ASSERT(!node.is_armed(), "a timer is armed once at a time");
  entry added{when.time_since_epoch().count(), &node};
  heap_.push_back(added);
  node.order_ = order_key(priority, next_sequence_++);
  sift_up(heap_.size() - 1, added);
}

void timer_queue::remove(timer_node& node) noexcept {
  PIRN_ASSERT(node.is_armed(), "the timer is not armed");
  std::size_t hole = node.index_;
  node.index_ = timer_node::unarmed;
  entry last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  if (hole > 0 && before(last, heap_[(hole - 1) / 2])) {
    sift_up(hole, last);
  } else {
    sift_down(hole, last);
  }
}

void timer_queue::fire_due(time_point now) noexcept {
  while (!heap_.empty() && heap_.front().when <= now.time_since_epoch().count()) {
    timer_node& first = *heap_.front().node;
    remove(first);
    first.fire();
  }
}

void timer_queue::sift_up(std::size_t hole, entry moved) noexcept {
  while (hole > 0) {
    std::size_t parent = (hole - 1) / 2;
    if (!before(moved, heap_[parent])) break;
    place(hole, heap_[parent]);
    hole = parent;
  }
  place(hole, moved);
}

void timer_queue::sift_down(std::size_t hole, entry moved) noexcept {
  const std::size_t size = heap_.size();
  for (std::size_t child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
    if (child + 1 < size && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], moved)) break;
    place(hole, heap_[child]);
    hole = child;
  }
  place(hole, moved);
}

}  // namespace pirn
