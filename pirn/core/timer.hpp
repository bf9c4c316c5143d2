// timer: what happens at a moment of loop time, and the queue that knows which is next.
#pragma once

#include <cstdint>
#include <vector>

#include "pirn/base/time.hpp"

namespace pirn {

/// An entry of a timer queue; armed at most once at a time.
class timer_node {
 public:
  timer_node(timer_node&&) = delete;  // the queue points at it

  bool is_armed() const noexcept { return index_ != unarmed; }

 protected:
  timer_node() = default;
  ~timer_node() = default;

 private:
  friend class timer_queue;
  static constexpr std::uint32_t unarmed = UINT32_MAX;

  /// The moment has come; the node is no longer armed. Must not resume a coroutine.
  virtual void fire() noexcept = 0;

  std::uint64_t order_ = 0;  // among equal moments: priority, then sequence
  std::uint32_t index_ = unarmed;
};

/// Timers in the order (moment, priority, arming): a four-way heap that knows each node's place.
///
/// The heap's entries carry the moment beside the pointer, so that sifting reads no node but to
/// settle ties.
///
/// Cost: add and remove O(log n), O(1) for the latest; nothing is allocated while the high-water
/// mark holds.
class timer_queue {
 public:
  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }

  /// Arms a timer. Among timers of one moment the lower priority comes first, then the earlier
  /// armed.
  /// Requires: the node is not armed.
  void add(timer_node& node, time_point when, std::int16_t priority = 0);

  /// Disarms a timer.
  /// Requires: it is armed.
  void remove(timer_node& node) noexcept;

  /// The first timer's moment.
  /// Requires: not empty.
  time_point earliest() const noexcept { return time_point(duration(heap_.front().when)); }
  /// The moment of an armed timer.
  time_point moment_of(const timer_node& node) const noexcept {
    return time_point(duration(heap_[node.index_].when));
  }

  /// Fires what is due, in order. Timers that are added meanwhile for a moment that has come fire
  /// too.
  void fire_due(time_point now) noexcept;

 private:
  struct entry {
    std::int64_t when;
    timer_node* node;
  };

  static bool before(const entry& a, const entry& b) noexcept {
    if (a.when != b.when) [[likely]]
      return a.when < b.when;
    return a.node->order_ < b.node->order_;
  }
  void place(std::size_t index, entry moved) noexcept {
    heap_[index] = moved;
    moved.node->index_ = static_cast<std::uint32_t>(index);
  }
  void sift_up(std::size_t hole, entry moved) noexcept;
  void sift_down(std::size_t hole, entry moved) noexcept;

  std::vector<entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace pirn
