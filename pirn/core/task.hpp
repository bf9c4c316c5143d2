// task: a coroutine that a task awaits or a group runs.
#pragma once

#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/base/outcome.hpp"
#include "pirn/core/frame.hpp"

namespace pirn {

template <class T>
class task;

namespace detail {

template <class T>
class task_promise;

/// Awaiting the end of a frame: control goes to it, and from its end straight back (symmetric
/// transfer).
struct final_transfer {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> frame) const noexcept {
    return Promise::leave_frame(frame);
  }
  void await_resume() const noexcept {}
};

template <class T>
class task_promise_base : public frame_base {
 public:
  final_transfer final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { result_.set_error(std::current_exception()); }

  bool has_error() const noexcept { return result_.has_error(); }
  std::exception_ptr error() const noexcept { return result_.error(); }
  outcome<T>& result() noexcept { return result_; }

  template <class Promise>
  static std::coroutine_handle<> leave_frame(std::coroutine_handle<Promise> frame) noexcept {
    return frame_base::leave(frame);
  }

 protected:
  using frame_base::frame_base;
  outcome<T> result_;

 private:
  friend class pirn::frame_base;
};

template <class T>
class task_promise final : public task_promise_base<T> {
 public:
  explicit task_promise(std::source_location where = std::source_location::current()) noexcept
      : task_promise_base<T>(where) {}
  task<T> get_return_object() noexcept;

  template <class U = T>
  void return_value(U&& value) {
    this->result_.set_first_value(std::forward<U>(value));
  }
};

template <>
class task_promise<void> final : public task_promise_base<void> {
 public:
  explicit task_promise(std::source_location where = std::source_location::current()) noexcept
      : task_promise_base<void>(where) {}
  task<void> get_return_object() noexcept;

  void return_void() noexcept { result_.set_value(); }
};

}  // namespace detail

/// A coroutine that has not been run yet, or that is being awaited; the handle owns its frame.
/// Nothing happens until it is awaited (`co_await f()`) or started in a group.
///
/// Lifetime: references given to the coroutine must outlive its completion.
/// Cancel:   awaiting a task is no wait of its own: what the task itself waits for is cancelled.
/// Cost:     one frame from the pool; two symmetric transfers an await.
template <class T = void>
class [[nodiscard("a task does nothing until it is awaited or started")]] task {
 public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;
  using handle = std::coroutine_handle<promise_type>;

  task() = default;
  explicit task(handle frame) noexcept : frame_(frame) {}
  task(task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  task& operator=(task&& other) noexcept {
    task(std::move(other)).swap(*this);
    return *this;
  }
  ~task() {
    if (frame_) [[unlikely]]
      drop_unused(frame_);
  }

  explicit operator bool() const noexcept { return static_cast<bool>(frame_); }

  /// Owns the frame while it is awaited.
  class awaiter {
   public:
    explicit awaiter(handle frame) noexcept : frame_(frame) {}
    awaiter(awaiter&&) = delete;  // made where it is awaited
    ~awaiter() { frame_.destroy(); }
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) const noexcept {
      const handle frame = frame_;  // not read again: the call may have written anywhere
      frame_base::call(frame, caller);
      return frame;
    }
    T await_resume() const { return frame_.promise().result().take(); }

   private:
    handle frame_;
  };

  /// `co_await std::move(t)`.
  /// Requires: it was not awaited before.
  awaiter awaited_by(frame_base&) && noexcept {
    PIRN_ASSERT(frame_, "a task is awaited once");
    return awaiter(release());
  }

  /// For those who run it.
  /// Requires: it was not awaited or started before.
  handle frame() const noexcept {
    PIRN_ASSERT(frame_, "a task is started once");
    return frame_;
  }
  /// Gives the frame away to whoever runs it from now on.
  handle release() noexcept { return std::exchange(frame_, {}); }

 private:
  [[gnu::cold, gnu::noinline]] static void drop_unused(handle frame) noexcept {
    frame.promise().never_started();
    frame.destroy();
  }
  void swap(task& other) noexcept { std::swap(frame_, other.frame_); }

  handle frame_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise<T>>::from_promise(*this));
}
inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<task_promise<void>>::from_promise(*this));
}

}  // namespace detail

/// The T of a task<T>.
template <class Task>
using task_value_t = typename std::remove_cvref_t<Task>::value_type;

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

}  // namespace pirn
