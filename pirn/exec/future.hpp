// future: a result that is made on another thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "pirn/base/outcome.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

enum class future_status : std::uint8_t { pending, running, cancelled, finished };

namespace detail {

/// Told of a future's end; a node of its list.
class future_observer : public list_hook<> {
 public:
  /// On the thread that ended the future, without its lock.
  virtual void settled() noexcept = 0;

 protected:
  ~future_observer() = default;
};

/// What a future and the one who fulfils it share, but for the value.
class future_state {
 public:
  future_state() = default;
  future_state(future_state&&) = delete;  // observers point at it

  future_status status() const;
  bool is_settled() const { return status() >= future_status::cancelled; }

  /// pending -> running.
  /// Returns: false when it was cancelled before.
  bool begin();
  /// running -> finished, after the outcome was set.
  void finish() noexcept;
  /// pending -> cancelled.
  /// Returns: whether it is cancelled now.
  bool cancel() noexcept;

  /// Blocks the thread.
  /// Returns: false when `limit` passed first.
  bool wait(std::optional<duration> limit) const;

  /// Returns: false when it is settled already; then the observer is not told.
  bool observe(future_observer& observer);
  /// Returns: false when the observer was or is being told.
  bool forget(future_observer& observer);
  void call_when_done(std::move_only_function<void()> callback);

 protected:
  ~future_state() = default;

 private:
  void settle(future_status how) noexcept;

  mutable std::mutex mutex_;
  mutable std::condition_variable settled_;
  future_status status_ = future_status::pending;
  intrusive_list<future_observer> observers_;
  std::vector<std::move_only_function<void()>> callbacks_;
};

/// The value of a result that many may look at.
template <class T>
std::add_lvalue_reference_t<T> shared_value(outcome<T>& result) {
  if constexpr (std::is_void_v<T>) {
    result.take();
  } else {
    return result.value();
  }
}

template <class T>
class typed_future_state : public future_state {
 public:
  outcome<T> result;

  /// Runs the call, if it was not cancelled, and keeps what comes of it.
  template <class Call>
  void fulfil(Call&& call) noexcept {
    if (!begin()) return;
    try {
      if constexpr (std::is_void_v<T>) {
        std::forward<Call>(call)();
        result.set_value();
      } else {
        result.set_value(std::forward<Call>(call)());
      }
    } catch (...) {
      result.set_error(std::current_exception());
    }
    finish();
  }
};

/// A task's wait for a future.
class future_wait_base : public wait_node, private future_observer, private inbox_message {
 public:
  static constexpr bool selectable = false;
  std::string describe() const override { return "future"; }

 protected:
  explicit future_wait_base(future_state& state) noexcept : state_(state) {}
  bool try_complete() const { return state_.is_settled(); }
  void enqueue();
  cancel_answer withdraw() noexcept override;

 private:
  void settled() noexcept override;
  void arrived() noexcept override;

  future_state& state_;
  loop* home_ = nullptr;
};

template <class T>
class [[nodiscard]] future_wait final : public awaitable<future_wait<T>, future_wait_base> {
  using base = awaitable<future_wait<T>, future_wait_base>;

 public:
  future_wait(task_record& waiter, typed_future_state<T>& state) noexcept
      : base(state), typed_(state) {
    this->bind(waiter);
  }

 private:
  friend base;
  std::add_lvalue_reference_t<T> result() {
    if (typed_.status() == future_status::cancelled) throw future_cancelled();
    return detail::shared_value(typed_.result);
  }
  typed_future_state<T>& typed_;
};

}  // namespace detail

/// A result to come, made by an executor. Copies share it.
///
/// `co_await f` on a loop gives the value by reference.
///
/// Cancel:  of that waiter detaches it, and cancels the future if it has not started.
/// Threads: any member from any thread.
/// Source:  concurrent.futures.Future.
template <class T>
class future {
 public:
  using value_type = T;

  explicit future(std::shared_ptr<detail::typed_future_state<T>> state) noexcept
      : state_(std::move(state)) {}

  bool done() const { return state().is_settled(); }
  bool running() const { return state().status() == future_status::running; }
  bool was_cancelled() const { return state().status() == future_status::cancelled; }
  future_status status() const { return state().status(); }

  /// Cancels what has not started.
  /// Returns: whether it is cancelled.
  bool cancel() noexcept { return state().cancel(); }

  /// Blocks this thread until the result is there, at most for `limit`.
  /// Throws: what the call threw; future_cancelled; timeout_error; std::logic_error on a loop's own
  ///         thread, where it would stop the loop: `co_await` it there.
  std::add_lvalue_reference_t<T> result(std::optional<duration> limit = std::nullopt) {
    wait_here(limit);
    if (was_cancelled()) throw future_cancelled();
    return detail::shared_value(state().result);
  }
  /// What the call threw, or null; blocks like result().
  std::exception_ptr exception(std::optional<duration> limit = std::nullopt) {
    wait_here(limit);
    if (was_cancelled()) throw future_cancelled();
    return state().result.error();
  }

  /// Calls `callback(future)`, which must not throw, when it is done: on the thread that ends it,
  /// or here and now if it is.
  template <class Callback>
  void add_done_callback(Callback callback) {
    state().call_when_done(
        [self = *this, callback = std::move(callback)]() mutable { callback(self); });
  }

  detail::future_wait<T> awaited_by(frame_base& caller) { return {caller.record(), state()}; }

 private:
  detail::typed_future_state<T>& state() const noexcept {
    PIRN_ASSERT(state_ != nullptr, "a future that was moved from is used");
    return *state_;
  }
  void wait_here(std::optional<duration> limit) {
    if (done()) return;
    if (loop::current_or_null() != nullptr) {
      throw std::logic_error("future::result() would block the loop of this thread: co_await it");
    }
    if (!state().wait(limit)) throw timeout_error();
  }

  std::shared_ptr<detail::typed_future_state<T>> state_;
};

}  // namespace pirn
