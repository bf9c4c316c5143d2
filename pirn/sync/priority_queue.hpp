// priority_queue: a queue between tasks that gives the smallest item first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/sync/basic_queue.hpp"

namespace pirn {

namespace detail {

/// Items of which the smallest is taken first, and among equals the one that was put first.
template <class T, class Compare>
class item_heap {
  static_assert(std::is_nothrow_move_assignable_v<T>, "a heap moves its items about");
  static_assert(std::is_empty_v<Compare>, "the order of a queue is a type without state");

 public:
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  void put(T&& item) {
    entries_.push_back(entry{std::move(item), next_order_++});
    std::ranges::push_heap(entries_, later);
  }
  T take() noexcept {
    std::ranges::pop_heap(entries_, later);
    T item = std::move(entries_.back().item);
    entries_.pop_back();
    return item;
  }

 private:
  struct entry {
    T item;
    std::uint64_t order;
  };
  static bool later(const entry& a, const entry& b) noexcept {
    if (Compare()(b.item, a.item)) return true;
    if (Compare()(a.item, b.item)) return false;
    return a.order > b.order;
  }

  std::vector<entry> entries_;
  std::uint64_t next_order_ = 0;
};

}  // namespace detail

/// The smallest item by `Compare` leaves first, and of equal ones the one that was pushed first;
/// the members are `basic_queue`'s. Mind that std::priority_queue gives its largest first.
///
/// `Compare` must not throw (it would terminate).
/// Source: asyncio.PriorityQueue, which leaves the order of equals open.
template <class T, class Compare = std::less<>>
class priority_queue : public basic_queue<T, detail::item_heap<T, Compare>> {
 public:
  using basic_queue<T, detail::item_heap<T, Compare>>::basic_queue;
};

}  // namespace pirn
