#include "pirn/core/timer.hpp"

#include <algorithm>

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

// Four children: half the levels of two, and the four lie side by side.
constexpr std::size_t arity = 4;
constexpr std::size_t parent_of(std::size_t child) noexcept {
  return (child - 1) / arity;
}
constexpr std::size_t first_child_of(std::size_t parent) noexcept {
  return arity * parent + 1;
}

}  // namespace

void timer_queue::add(timer_node& node, time_point when, std::int16_t priority) {
  PIRN_ASSERT(!node.is_armed(), "a timer is armed once at a time");
  heap_.emplace_back();  // the hole; to copy the entry into it first would stall on its two halves
  node.order_ = order_key(priority, next_sequence_++);
  sift_up(heap_.size() - 1, {when.time_since_epoch().count(), &node});
}

void timer_queue::remove(timer_node& node) noexcept {
  PIRN_ASSERT(node.is_armed(), "the timer is not armed");
  std::size_t hole = node.index_;
  node.index_ = timer_node::unarmed;
  entry last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  if (hole > 0 && before(last, heap_[parent_of(hole)])) {
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
    const std::size_t parent = parent_of(hole);
    if (!before(moved, heap_[parent])) break;
    place(hole, heap_[parent]);
    hole = parent;
  }
  place(hole, moved);
}

void timer_queue::sift_down(std::size_t hole, entry moved) noexcept {
  const std::size_t size = heap_.size();
  for (std::size_t first = first_child_of(hole); first < size; first = first_child_of(hole)) {
    const std::size_t end = std::min(first + arity, size);
    std::size_t least = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (before(heap_[child], heap_[least])) least = child;
    }
    if (!before(heap_[least], moved)) break;
    place(hole, heap_[least]);
    hole = least;
  }
  place(hole, moved);
}

}  // namespace pirn
