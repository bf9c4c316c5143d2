// lifo_queue: a queue between tasks that gives the youngest item first.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "pirn/sync/basic_queue.hpp"

namespace pirn {

namespace detail {

/// Items of which the one put last is taken first.
template <class T>
class item_stack {
 public:
  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }
  void put(T&& item) { items_.push_back(std::move(item)); }
  T take() noexcept {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

}  // namespace detail

/// The item that was pushed last leaves first; the members are `basic_queue`'s.
///
/// Source: asyncio.LifoQueue.
template <class T>
class lifo_queue : public basic_queue<T, detail::item_stack<T>> {
 public:
  using basic_queue<T, detail::item_stack<T>>::basic_queue;
};

}  // namespace pirn
