// channel: a queue between tasks of any loops and threads.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/exec/channel_core.hpp"
#include "pirn/sync/basic_queue.hpp"
#include "pirn/sync/lifo_queue.hpp"
#include "pirn/sync/priority_queue.hpp"
#include "pirn/sync/ring.hpp"

namespace pirn {

/// A bounded queue that tasks of any loop and plain threads send into and receive from, in the
/// order that `Store` makes: `channel`, `lifo_channel` or `priority_channel`.
///
/// A task awaits send(), receive() and join(); a thread that runs no loop calls the blocking_
/// forms. Within one loop `queue` is the faster one, and hands over in strict order; here the
/// longest waiting is called first, but who comes at that moment may be quicker.
///
/// Threads:  every member from any thread.
/// Lifetime: must outlive every call and wait. Items left at its end are destroyed.
/// Cost:     a lock and no system call, unless somebody sleeps. A task that waits counts as waiting
///           for other threads, so it is not taken for a deadlock.
/// Source:   queue.Queue, LifoQueue and PriorityQueue; its close() is their shutdown().
/// Example:  examples/34_run_on.cpp
template <class T, queue_store<T> Store>
class basic_channel : public detail::channel_core {
  static_assert(std::is_object_v<T> && std::is_nothrow_move_constructible_v<T> &&
                    std::is_nothrow_destructible_v<T>,
                "items are moved where nothing may throw: put others behind a unique_ptr");

 public:
  using value_type = T;

  class send_wait;
  class receive_wait;

  /// `maxsize`: how many items it holds at most; zero: as many as memory allows.
  explicit basic_channel(std::size_t maxsize = 0) noexcept : channel_core(maxsize) {}

  /// Puts an item in; waits for a place.
  /// Throws: channel_closed when the channel is, or meanwhile gets, closed; std::bad_alloc.
  /// Cancel: the value is not sent, and destroyed with the wait.
  send_wait send(T value) noexcept { return send_wait(*this, std::move(value)); }

  /// Takes an item out; waits for one.
  /// Returns: the item, or nothing when the channel is closed and empty.
  /// Cancel:  takes nothing. An item that it got before the cancel came is returned.
  receive_wait receive() noexcept { return receive_wait(*this); }

  /// Puts an item in if there is a place.
  /// Returns: whether it did; if not, `value` keeps its value.
  /// Throws:  channel_closed; std::bad_alloc.
  bool try_send(T&& value) {
    const answer got = put(value);
    if (got == answer::closed) throw channel_closed();
    return got == answer::done;
  }
  bool try_send(const T& value) {
    T copy(value);
    return try_send(std::move(copy));
  }

  /// Takes an item out if there is one.
  std::optional<T> try_receive() noexcept {
    std::optional<T> item;
    take(item);
    return item;
  }

  /// Puts an item in; blocks this thread until there is a place, at most for `limit`.
  /// Throws: channel_closed; timeout_error; std::bad_alloc; std::logic_error on a loop's own
  ///         thread, if it would have to wait: `co_await send()` there.
  void blocking_send(T value, std::optional<duration> limit = std::nullopt) {
    answer got = put(value);
    if (got == answer::wait) {
      detail::refuse_to_block_a_loop("channel::blocking_send()", "co_await send()");
      auto sent = [&] { return (got = put(value)) != answer::wait; };
      if (!block(detail::channel_side::place, limit, sent)) throw timeout_error();
    }
    if (got == answer::closed) throw channel_closed();
  }

  /// Takes an item out; blocks this thread until there is one, at most for `limit`.
  /// Returns: the item, or nothing when the channel is closed and empty.
  /// Throws:  timeout_error; std::logic_error as blocking_send().
  std::optional<T> blocking_receive(std::optional<duration> limit = std::nullopt) {
    std::optional<T> item;
    if (take(item) == answer::wait) {
      detail::refuse_to_block_a_loop("channel::blocking_receive()", "co_await receive()");
      auto received = [&] { return take(item) != answer::wait; };
      if (!block(detail::channel_side::item, limit, received)) throw timeout_error();
    }
    return item;
  }

  /// Lets nothing more in. What is in the channel can still be received; then receivers get the
  /// end. `{.immediate = true}` drops what is in it. Twice does no harm.
  void close(channel_close_options options = {}) noexcept {
    Store dropped;  // destroyed last, without the lock
    detail::channel_calls calls;
    std::scoped_lock lock(mutex_);
    closed_ = true;
    if (options.immediate) drop_into(dropped);
    call_all(detail::channel_side::item, calls);
    call_all(detail::channel_side::place, calls);
    if (unfinished_ == 0) call_all(detail::channel_side::all_done, calls);
  }

  /// Waits until task_done() was called for every item that was sent.
  /// Cancel: leaves the list of waiters.
  channel_join_wait join() noexcept { return channel_join_wait(*this); }
  /// The same for a plain thread.
  /// Throws: timeout_error; std::logic_error as blocking_send().
  void blocking_join(std::optional<duration> limit = std::nullopt) {
    if (unfinished() == 0) return;
    detail::refuse_to_block_a_loop("channel::blocking_join()", "co_await join()");
    auto all_done = [this] { return unfinished() == 0; };
    if (!block(detail::channel_side::all_done, limit, all_done)) throw timeout_error();
  }

 private:
  enum class answer : std::uint8_t { done, wait, closed };

  answer put(T& value) {
    detail::channel_calls calls;
    std::scoped_lock lock(mutex_);
    if (closed_) return answer::closed;
    if (size_ >= limit_) return answer::wait;
    items_.put(std::move(value));
    ++size_;
    ++unfinished_;
    call_first(detail::channel_side::item, calls);
    return answer::done;
  }

  answer take(std::optional<T>& into) noexcept {
    detail::channel_calls calls;
    std::scoped_lock lock(mutex_);
    if (size_ == 0) return closed_ ? answer::closed : answer::wait;
    into.emplace(items_.take());
    --size_;
    call_first(detail::channel_side::place, calls);
    return answer::done;
  }

  void drop_into(Store& dropped) noexcept {
    std::swap(dropped, items_);
    unfinished_ -= size_ < unfinished_ ? size_ : unfinished_;  // done early for some, it may be
    size_ = 0;
  }

  Store items_;
};

/// Waits for a place in a channel, with the value that is to take it.
template <class T, queue_store<T> Store>
class [[nodiscard]] basic_channel<T, Store>::send_wait final
    : public awaitable<send_wait, detail::channel_wait_base> {
  using base = awaitable<send_wait, detail::channel_wait_base>;

 public:
  std::string describe() const override {
    return "place in channel of " + std::to_string(into_.maxsize());
  }

 private:
  friend base;
  friend basic_channel;

  send_wait(basic_channel& into, T&& value) noexcept
      : base(into, detail::channel_side::place), into_(into), value_(std::move(value)) {}

  bool try_complete() {
    PIRN_ASSERT(got_ != answer::done, "a send is awaited once: its value is in the channel");
    got_ = into_.put(value_);
    return got_ != answer::wait;
  }
  // The channel was full before, so its store needs no more memory.
  bool attempt() noexcept override { return try_complete(); }
  void result() const {
    if (got_ == answer::closed) throw channel_closed();
  }

  basic_channel& into_;
  T value_;
  answer got_ = answer::wait;
};

/// Waits for an item of a channel.
template <class T, queue_store<T> Store>
class [[nodiscard]] basic_channel<T, Store>::receive_wait final
    : public awaitable<receive_wait, detail::channel_wait_base> {
  using base = awaitable<receive_wait, detail::channel_wait_base>;

 public:
  std::string describe() const override { return "item of channel"; }

 private:
  friend base;
  friend basic_channel;

  explicit receive_wait(basic_channel& from) noexcept
      : base(from, detail::channel_side::item), from_(from) {}

  bool try_complete() noexcept {
    item_.reset();  // the one of an earlier await
    return attempt();
  }
  bool attempt() noexcept override { return from_.take(item_) != answer::wait; }
  std::optional<T> result() { return std::move(item_); }

  basic_channel& from_;
  std::optional<T> item_;
};

/// Items leave in the order in which they were sent; the members are `basic_channel`'s.
template <class T>
class channel : public basic_channel<T, detail::ring<T>> {
 public:
  using basic_channel<T, detail::ring<T>>::basic_channel;
};

/// The item that was sent last leaves first.
template <class T>
class lifo_channel : public basic_channel<T, detail::item_stack<T>> {
 public:
  using basic_channel<T, detail::item_stack<T>>::basic_channel;
};

/// The smallest item by `Compare` leaves first, and of equal ones the one that was sent first.
template <class T, class Compare = std::less<>>
class priority_channel : public basic_channel<T, detail::item_heap<T, Compare>> {
 public:
  using basic_channel<T, detail::item_heap<T, Compare>>::basic_channel;
};

}  // namespace pirn
