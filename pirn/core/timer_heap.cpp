#include "pirn/core/timer_heap.hpp"

#include <utility>

namespace pirn::detail {

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

timer_entry timer_heap::latest() noexcept {
  static latest_node node;
  return {INT64_MAX, &node};
}

void timer_heap::add_with_care(timer_entry added) {
  if (is_open_) {
    is_open_ = false;
    return sift_down(0, added);
  }
  if (entries_.size() == filled_ + behind) {
    entries_.resize(2 * entries_.size() + 2 * flat_max, latest());
  }
  if (!is_heap_ && filled_ == flat_max) become_heap();
  if (is_heap_) return sift_up(filled_++, added);
  add(added);
}

timer_node& timer_heap::take_top() noexcept {
  if (is_open_) close_top();
  if (filled_ < heap_min) {
    is_heap_ = false;
    return take_first();
  }
  timer_node& taken = *entries_.front().node;
  taken.place_ = timer_node::unarmed;
  is_open_ = true;
  return taken;
}

void timer_heap::remove(timer_node& node) noexcept {
  if (is_open_) close_top();  // which may move it
  const std::size_t place = std::exchange(node.place_, timer_node::unarmed);
  const timer_entry last = take_last();
  forget_behind();
  if (!is_heap_) {
    if (place != filled_) this->place(place, last);
    if (first_ == filled_) first_ = place;
    if (place == first_) find_first();
  } else if (place == filled_) {
    return;
  } else if (place > 0 && last.is_before(entries_[parent_of(place)])) {
    sift_up(place, last);
  } else {
    sift_down(place, last);
  }
}

void timer_heap::empty_into(std::vector<timer_entry>& into) {
  into.insert(into.end(), entries_.begin() + (is_open_ ? 1 : 0),
              entries_.begin() + static_cast<std::ptrdiff_t>(filled_));
  entries_.assign(entries_.size(), latest());
  filled_ = first_ = 0;
  is_heap_ = is_open_ = false;
}

void timer_heap::become_heap() noexcept {
  is_heap_ = true;
  for (std::size_t above = parent_of(filled_ - 1) + 1; above > 0; --above) {
    sift_down(above - 1, entries_[above - 1]);
  }
  first_ = 0;
}

std::int64_t timer_heap::first_below_top() const noexcept {
  const std::int64_t first_pair = std::min(entries_[1].when, entries_[2].when);
  const std::int64_t second_pair = std::min(entries_[3].when, entries_[4].when);
  return std::min(first_pair, second_pair);
}

void timer_heap::close_top() noexcept {
  is_open_ = false;
  const timer_entry last = take_last();
  forget_behind();
  if (filled_ != 0) sift_down(0, last);
}

void timer_heap::sift_up(std::size_t hole, timer_entry moved) noexcept {
  while (hole > 0) {
    const std::size_t parent = parent_of(hole);
    if (!moved.is_before(entries_[parent])) break;
    place(hole, entries_[parent]);
    hole = parent;
  }
  place(hole, moved);
}

void timer_heap::sift_down(std::size_t hole, timer_entry moved) noexcept {
  for (std::size_t first = first_child_of(hole); first < filled_; first = first_child_of(hole)) {
    const std::size_t least = least_of_four(first);
    if (!entries_[least].is_before(moved)) break;
    place(hole, entries_[least]);
    hole = least;
  }
  place(hole, moved);
}

// Without a branch on the moments, as above.
std::size_t timer_heap::least_of_four(std::size_t first) const noexcept {
  const std::size_t a = first + (entries_[first + 1].is_before(entries_[first]) ? 1 : 0);
  const std::size_t b = first + (entries_[first + 3].is_before(entries_[first + 2]) ? 3 : 2);
  return entries_[b].is_before(entries_[a]) ? b : a;
}

}  // namespace pirn::detail
