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
/// Few of them are in a heap. Many wait in a ladder, and come out of it a bucket at a time, sorted;
/// then the heap has only those that were added for the time of that bucket.
///
/// Cost: add and remove O(log n) of a hundred timers, and O(1) amortised with more; nothing is
/// allocated while the high-water mark holds. Running out of memory ends the program
/// in `earliest`, in `fire_due`, and where `add` moves many timers into the ladder.
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
    if (run_.empty() && near_.empty()) [[unlikely]]
      take_bucket();
    const std::int64_t in_run = run_.empty() ? INT64_MAX : run_.back().when;
    return time_point(duration(std::min(in_run, near_.first_moment())));
  }
  /// The moment of an armed timer.
  time_point moment_of(const timer_node& node) const noexcept;

  /// Fires what is due, in order. Timers that are added meanwhile for a moment that has come fire
  /// too.
  void fire_due(time_point now) noexcept;

 private:
  using entry = detail::timer_entry;
  static constexpr std::size_t near_max = 128;

  // A node's place is its place in the heap, or one of these bits and its index in the run, or its
  // slot in the ladder.
  static constexpr std::uint32_t run_bit = std::uint32_t{1} << 30;
  static constexpr std::uint32_t far_bit = detail::timer_ladder::place_bit;

  timer_node& take_first() noexcept;
  void trim_run() noexcept;
  [[gnu::noinline]] void take_bucket();
  [[gnu::noinline]] void send_far() noexcept;

  std::size_t size_ = 0;
  detail::timer_heap near_;
  std::int64_t near_until_ = INT64_MAX;  // the last moment that is not the ladder's
  std::size_t near_limit_ = near_max;
  std::vector<entry> run_;  // a bucket, the first timer last; without a node: removed
  detail::timer_ladder far_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace pirn
