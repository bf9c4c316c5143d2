// timer: the queue of what is to happen at moments of loop time; it knows what is next.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/core/timer_ladder.hpp"
#include "pirn/core/timer_node.hpp"

namespace pirn {

/// Timers in the order (moment, priority, arming).
///
/// Few of them are a four-way heap. A timer that fires leaves its place at the top open until
/// another is added or the next is asked for: a task that sleeps again, the common case, costs one
/// way down the heap instead of two. Many of them wait in a ladder, and come out of it a bucket at
/// a time, sorted; then the heap has only those that were added for the time of that bucket.
///
/// Cost: add and remove O(log n) of a hundred timers, and O(1) amortised with more; nothing is
/// allocated while the high-water mark holds. Running out of memory in `earliest` or `fire_due`
/// ends the program.
class timer_queue {
 public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// Arms a timer. Among timers of one moment and priority the earlier armed comes first.
  /// Requires: the node is not armed.
  void add(timer_node& node, time_point when);

  /// Disarms a timer.
  /// Requires: it is armed.
  void remove(timer_node& node) noexcept;

  /// The first timer's moment.
  /// Requires: not empty.
  time_point earliest() noexcept {
    bring_near();
    std::int64_t when = INT64_MAX;
    if (!run_.empty()) when = run_.back().when;
    if (heap_size_ != 0) when = std::min(when, heap_.front().when);
    return time_point(duration(when));
  }
  /// The moment of an armed timer.
  time_point moment_of(const timer_node& node) const noexcept;

  /// Fires what is due, in order. Timers that are added meanwhile for a moment that has come fire
  /// too.
  void fire_due(time_point now) noexcept;

 private:
  using entry = detail::timer_entry;
  static constexpr std::size_t heap_max = 128;

  // A node's place is its index in the heap, or one of these bits and its index in the run, or its
  // slot in the ladder.
  static constexpr std::uint32_t run_bit = std::uint32_t{1} << 30;
  static constexpr std::uint32_t far_bit = detail::timer_ladder::place_bit;

  static bool before(const entry& a, const entry& b) noexcept {
    if (a.when != b.when) [[likely]]
      return a.when < b.when;
    return a.node->is_before(*b.node);
  }
  bool is_due(std::int64_t present) const noexcept;
  timer_node& take_first() noexcept;
  void trim_run() noexcept;
  void bring_near() noexcept {
    if (is_open_) [[unlikely]]
      close_top();
    if (heap_size_ == 0 && run_.empty() && size_ != 0) [[unlikely]]
      take_bucket();
  }
  [[gnu::noinline]] void take_bucket();
  [[gnu::noinline]] void send_far() noexcept;

  // The heap's vector ends with three entries that are later than all, so that four children can
  // be compared wherever there is one.
  struct latest_node final : timer_node {
    latest_node() noexcept { order_ = UINT64_MAX; }
    void fire() noexcept override {}
  };
  static constexpr std::size_t behind_heap = 3;
  static entry latest() noexcept;

  void place(std::size_t index, entry moved) noexcept {
    heap_[index] = moved;
    moved.node->place_ = static_cast<std::uint32_t>(index);
  }
  [[gnu::noinline]] void grow_heap();
  entry take_last() noexcept;
  void close_top() noexcept;
  void sift_up(std::size_t hole, entry moved) noexcept;
  void sift_down(std::size_t hole, entry moved) noexcept;
  std::size_t least_of_four(std::size_t first) const noexcept;

  std::size_t size_ = 0;
  std::vector<entry> heap_;
  std::size_t heap_size_ = 0;
  bool is_open_ = false;                 // the heap's first entry is a hole
  std::int64_t near_until_ = INT64_MAX;  // the last moment that is not the ladder's
  std::size_t heap_limit_ = heap_max;
  std::vector<entry> run_;  // a bucket, the first timer last; without a node: removed
  detail::timer_ladder far_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace pirn
