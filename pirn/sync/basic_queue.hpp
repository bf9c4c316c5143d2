// basic_queue: a queue between tasks over any store of items; what queue, lifo_queue and
// priority_queue are made of.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/sync/queue_core.hpp"

namespace pirn {

/// What keeps a queue's items and decides their order.
template <class Store, class T>
concept queue_store = std::default_initializable<Store> && std::movable<Store> &&
                      requires(Store& store, const Store& looked_at, T item) {
                        store.put(std::move(item));
                        { store.take() } noexcept -> std::same_as<T>;
                        { looked_at.empty() } noexcept -> std::same_as<bool>;
                        { looked_at.size() } noexcept -> std::same_as<std::size_t>;
                      };

/// A queue from tasks to tasks: what one pushes another pops, in the order that `Store` makes.
///
/// Tasks that wait to pop get their items, and tasks that wait to push their places, first come,
/// first served; item and place are handed over at the moment of the wake, so that nobody can
/// overtake.
///
/// `T` is any object type that moves without throwing.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted). Items left at its end are destroyed.
/// Cost:     nothing is allocated but by a store that grows beyond its peak.
template <class T, queue_store<T> Store>
class basic_queue : public detail::queue_core {
  static_assert(std::is_object_v<T> && std::is_nothrow_move_constructible_v<T> &&
                    std::is_nothrow_destructible_v<T>,
                "items are handed from task to task where nothing may throw: they must move "
                "without throwing; put others behind a unique_ptr");

 public:
  using value_type = T;

  class push_wait;
  class pop_wait;

  /// `maxsize`: how many items it holds at most; zero: as many as memory allows.
  explicit basic_queue(std::size_t maxsize = 0) noexcept : queue_core(maxsize) {}

  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  /// Whether push() would wait.
  bool full() const noexcept { return items_.size() >= limit_; }

  /// Puts an item in (asyncio's put); does not suspend if there is a place. With g++ before 13, an
  /// aggregate that owns something needs a name before it is pushed (docs/compilers.md).
  /// Throws: queue_shut_down when the queue is, or meanwhile gets, shut down; std::bad_alloc.
  /// Cancel: the value is not pushed, and destroyed with the wait. Otherwise nothing has changed.
  push_wait push(T value) noexcept { return push_wait(*this, std::move(value)); }

  /// Takes an item out (asyncio's get); does not suspend if there is one.
  /// Throws: queue_shut_down when the queue is shut down and empty.
  /// Cancel: takes nothing. An item that was handed over before the cancel came is returned.
  pop_wait pop() noexcept { return pop_wait(*this); }

  /// Puts an item in if there is a place (asyncio's put_nowait).
  /// Returns: whether it did; if not, `value` keeps its value.
  /// Throws:  queue_shut_down; std::bad_alloc.
  bool try_push(T&& value) {
    if (shut_down_) throw_shut_down();
    return admit(value, nullptr);
  }
  bool try_push(const T& value) {
    T copy(value);
    return try_push(std::move(copy));
  }

  /// Takes an item out if there is one (asyncio's get_nowait).
  /// Throws: queue_shut_down when the queue is shut down and empty.
  std::optional<T> try_pop() {
    std::optional<T> item;
    if (!items_.empty()) {
      item.emplace(take(nullptr));
    } else if (shut_down_) {
      throw_shut_down();
    }
    return item;
  }

  /// Lets nothing more in: tasks that push, or wait to, get queue_shut_down. What is in the queue
  /// can still be popped; after it, pop() throws too. `{.immediate = true}` drops what is in it and
  /// counts it as done. Twice does no harm.
  /// Source: asyncio.Queue.shutdown (Python 3.13).
  void shutdown(queue_shutdown_options options = {}) noexcept {
    if (!options.immediate) return close(0);
    Store dropped(std::exchange(items_, Store()));  // destroyed last, when all here is in order
    close(dropped.size());
  }

 private:
  /// Moves the value to a waiting task, which is not `from`, or into the store.
  /// Returns: false, the value untouched, when there is no place.
  PIRN_ALWAYS_INLINE bool admit(T& value, const task_record* from) {
    if (list_wait* first = first_of_others(poppers_, from)) {
      static_cast<pop_wait&>(*first).item_.emplace(std::move(value));
      poppers_.wake(*first);
    } else if (items_.size() < limit_) {
      items_.put(std::move(value));
    } else {
      return false;
    }
    ++unfinished_;
    return true;
  }

  /// Takes the next item and lets the longest waiting pusher, which is not `by`, have its place.
  /// Requires: not empty.
  T take(const task_record* by) noexcept {
    T item = items_.take();
    if (list_wait* first = first_of_others(pushers_, by)) [[unlikely]]
      admit_pusher(static_cast<push_wait&>(*first));
    return item;
  }
  void admit_pusher(push_wait& pusher) noexcept {
    items_.put(std::move(pusher.value_));  // where an item was taken from nothing is allocated
    pusher.pushed_ = true;
    ++unfinished_;
    pushers_.wake(pusher);
  }

  Store items_;
};

/// Waits for a place in a queue, with the value that is to take it.
template <class T, queue_store<T> Store>
class [[nodiscard]] basic_queue<T, Store>::push_wait final
    : public awaitable<push_wait, list_wait> {
  using base = awaitable<push_wait, list_wait>;

 public:
  std::string describe() const override { return queue_.describe_push(); }

 private:
  friend base;
  friend basic_queue;

  push_wait(basic_queue& into, T&& value) noexcept
      : base(into.pushers_), queue_(into), value_(std::move(value)) {}

  bool try_complete() {
    PIRN_ASSERT(!pushed_, "a push is awaited once: its value is in the queue");
    if (queue_.shut_down_) return true;  // result() throws
    pushed_ = queue_.admit(value_, this->waiter());
    return pushed_;
  }
  void result() const {
    if (!pushed_) throw_shut_down();
  }

  basic_queue& queue_;
  T value_;
  bool pushed_ = false;
};

/// Waits for an item of a queue.
template <class T, queue_store<T> Store>
class [[nodiscard]] basic_queue<T, Store>::pop_wait final : public awaitable<pop_wait, list_wait> {
  using base = awaitable<pop_wait, list_wait>;

 public:
  std::string describe() const override { return queue_.describe_pop(); }

 private:
  friend base;
  friend basic_queue;

  explicit pop_wait(basic_queue& from) noexcept : base(from.poppers_), queue_(from) {}

  bool try_complete() noexcept {
    if (queue_.items_.empty()) {
      item_.reset();             // the one of an earlier await
      return queue_.shut_down_;  // result() throws
    }
    item_.emplace(queue_.take(this->waiter()));
    return true;
  }
  T result() {
    if (!item_) throw_shut_down();
    return std::move(*item_);
  }

  basic_queue& queue_;
  std::optional<T> item_;
};

}  // namespace pirn
