// basic_store: a queue of pirn/sync under the names of a simulation; what store and priority_store
// are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::des {

/// Items that processes put in and get out, in the order that `Queue` makes. It is that queue
/// without an end: with a capacity where the queue has a maxsize, put() for its push() and get()
/// for its pop().
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted). Items left at its end are destroyed.
/// Cost:     nothing is allocated but by a store that grows beyond its peak.
template <class Queue>
class basic_store {
 public:
  using value_type = typename Queue::value_type;
  using put_wait = typename Queue::push_wait;
  using get_wait = typename Queue::pop_wait;

  static constexpr std::size_t unlimited = SIZE_MAX;

  /// Requires: capacity > 0 (asserted).
  explicit basic_store(std::size_t capacity = unlimited) noexcept
      : items_(capacity == unlimited ? 0 : capacity) {
    PIRN_ASSERT(capacity > 0, "a store has room for an item");
  }

  std::size_t capacity() const noexcept {
    return items_.maxsize() == 0 ? unlimited : items_.maxsize();
  }
  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }

  /// Puts an item in; does not suspend if there is room.
  ///
  /// Cancel: the item is not put in, and destroyed with the wait.
  put_wait put(value_type item) noexcept { return items_.push(std::move(item)); }

  /// Takes the next item out; does not suspend if there is one.
  ///
  /// Cancel: takes nothing. An item that was handed over before the cancel came is given.
  get_wait get() noexcept { return items_.pop(); }

  /// The next item if there is one, without waiting.
  std::optional<value_type> try_get() { return items_.try_pop(); }

 private:
  Queue items_;
};

}  // namespace pirn::des
