// timer_heap: timers of which the first is wanted, up to some hundreds of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pirn/core/timer_node.hpp"

namespace pirn::detail {

/// A timer with its moment beside it, so that ordering reads no node but to settle ties.
struct timer_entry {
  std::int64_t when;
  timer_node* node;

  bool is_before(const timer_entry& other) const noexcept {
    if (when != other.when) [[likely]]
      return when < other.when;
    return node->is_before(*other.node);
  }
};

/// Timers in an array; each node knows its place there.
///
/// Up to sixteen lie as they come, and the first is found by looking at all: the processor cannot
/// foretell a way down a heap, but it can foretell a loop. More are a four-way heap. There a timer
/// that is taken leaves its place at the top open until another is added: a task that sleeps again,
/// the common case, costs one way down the heap instead of two.
class timer_heap {
 public:
  bool empty() const noexcept { return size() == 0; }
  std::size_t size() const noexcept { return filled_ - (is_open_ ? 1 : 0); }

  /// The moment of the first; INT64_MAX when there is none.
  std::int64_t first_moment() const noexcept {
    return is_open_ ? first_below_top() : entries_[first_].when;
  }
  /// Requires: not empty.
  const timer_entry& first() noexcept {
    if (is_open_) close_top();
    return entries_[first_];
  }
  std::int64_t moment_at(std::size_t place) const noexcept { return entries_[place].when; }

  /// Throws: std::bad_alloc, with nothing changed.
  void add(timer_entry added) {
    if (is_heap_ || filled_ == flat_max || entries_.size() == filled_ + behind) [[unlikely]]
      return add_with_care(added);
    if (added.is_before(entries_[first_])) first_ = filled_;
    place(filled_++, added);
  }
  /// Takes the first out.
  /// Requires: not empty.
  timer_node& take_first() noexcept {
    if (is_heap_) [[unlikely]]
      return take_top();
    timer_node& taken = *entries_[first_].node;
    place(first_, take_last());  // which may be the one that is taken
    forget_behind();
    taken.place_ = timer_node::unarmed;
    find_first();
    return taken;
  }
  /// Requires: it is here.
  void remove(timer_node& node) noexcept;
  /// Moves all to the end of `into`, in no order.
  void empty_into(std::vector<timer_entry>& into);

 private:
  static constexpr std::size_t flat_max = 16;
  static constexpr std::size_t heap_min = 12;  // one with fewer is just an array again
  // The array ends with entries that are later than all, so that four children can be compared
  // wherever there is one, and an empty one has a first.
  static constexpr std::size_t behind = 4;
  struct latest_node final : timer_node {
    latest_node() noexcept { order_ = UINT64_MAX; }
    void fire() noexcept override {}
  };
  static timer_entry latest() noexcept;

  void place(std::size_t index, timer_entry moved) noexcept {
    entries_[index] = moved;
    moved.node->place_ = static_cast<std::uint32_t>(index);
  }
  [[gnu::noinline]] void add_with_care(timer_entry added);
  void become_heap() noexcept;
  [[gnu::noinline]] timer_node& take_top() noexcept;
  std::int64_t first_below_top() const noexcept;
  // No branch but on equal moments: which is the earlier nobody can foretell.
  void find_first() noexcept {
    std::size_t found = 0;
    std::int64_t when = entries_.front().when;
    for (std::size_t index = 1; index < filled_; ++index) {
      const timer_entry& each = entries_[index];
      if (each.when == when) [[unlikely]] {
        if (each.is_before(entries_[found])) found = index;
        continue;
      }
      found = each.when < when ? index : found;
      when = std::min(each.when, when);
    }
    first_ = found;
  }
  timer_entry take_last() noexcept { return entries_[--filled_]; }
  void forget_behind() noexcept { entries_[filled_] = entries_[filled_ + 1]; }
  void close_top() noexcept;
  void sift_up(std::size_t hole, timer_entry moved) noexcept;
  void sift_down(std::size_t hole, timer_entry moved) noexcept;
  std::size_t least_of_four(std::size_t first) const noexcept;

  std::vector<timer_entry> entries_ = std::vector<timer_entry>(behind, latest());
  std::size_t filled_ = 0;
  std::size_t first_ = 0;  // in a heap always 0
  bool is_heap_ = false;
  bool is_open_ = false;  // a heap's first entry is a hole
};

}  // namespace pirn::detail
