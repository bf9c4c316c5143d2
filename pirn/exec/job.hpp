// job: a coroutine that computes on a thread pool and shares its work out by fork and join.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/exec/is_job.hpp"
#include "pirn/exec/job_frame.hpp"

namespace pirn {

template <class T>
class job;
template <class T>
class forked;

namespace detail {

struct job_end {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
    return ended.promise().successor();
  }
  void await_resume() const noexcept {}
};

/// Awaits another job: a call.
template <class T>
class job_call {
 public:
  explicit job_call(job<T> callee) noexcept : callee_(std::move(callee)) {}
  job_call(job_call&&) = delete;  // made where it is awaited
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) const noexcept {
    const auto callee = callee_.frame();
    callee.promise().begin_as_call(caller.promise());
    return callee;
  }
  T await_resume() const { return callee_.frame().promise().result().take(); }

 private:
  job<T> callee_;
};

/// Leaves the caller for others to go on with, and becomes the child.
template <class T>
class fork_wait {
 public:
  explicit fork_wait(job<T> child) noexcept : child_(std::move(child)) {}
  fork_wait(fork_wait&&) = delete;  // made where it is awaited
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) const {
    const auto child = child_.frame();
    job_frame& parent = caller.promise();
    child.promise().begin_as_fork(parent);
    fork_deque::own().leave(parent);
    return child;  // from leave() on, the caller may run elsewhere, and this object be gone
  }
  forked<T> await_resume() noexcept { return forked<T>(std::move(child_)); }

 private:
  job<T> child_;
};

class join_wait {
 public:
  explicit join_wait(job_frame& parent) noexcept : parent_(parent) {}
  join_wait(join_wait&&) = delete;  // made where it is awaited
  bool await_ready() const noexcept { return !parent_.was_stolen(); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept {
    return parent_.wait_for_children();
  }
  void await_resume() const { parent_.joined(); }

 private:
  job_frame& parent_;
};

/// What fork() gives: awaited at once.
template <class T>
struct [[nodiscard("a fork happens where it is awaited")]] fork_request {
  explicit fork_request(job<T> made) noexcept : child(std::move(made)) {}
  job<T> child;
};
struct [[nodiscard("a join happens where it is awaited")]] join_request {};

template <class>
inline constexpr bool is_for_jobs = false;

template <class T>
class job_promise_base : public job_frame {
 public:
  job_end final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept {
    result_.set_error(std::current_exception());
    if (is_fork()) parent().child_failed(result_.error());
  }

  template <class U>
  job_call<U> await_transform(job<U>&& callee) noexcept {
    return job_call<U>(std::move(callee));
  }
  template <class U>
  fork_wait<U> await_transform(fork_request<U>&& request) noexcept {
    return fork_wait<U>(std::move(request.child));
  }
  join_wait await_transform(join_request) noexcept { return join_wait(*this); }
  template <class Other>
  void await_transform(Other&&) {
    static_assert(is_for_jobs<Other>,
                  "a job moves between threads: it cannot await what belongs to a loop");
  }

  outcome<T>& result() noexcept { return result_; }

 protected:
  outcome<T> result_;
};

/// Moves what a job that has ended came to.
template <class T>
void move_outcome(outcome<T>& from, outcome<T>& to) noexcept {
  if (from.has_error()) return to.set_error(from.error());
  try {
    if constexpr (std::is_void_v<T>) {
      to.set_value();
    } else {
      to.set_value(from.take());
    }
  } catch (...) {  // the value's move constructor
    to.set_error(std::current_exception());
  }
}

template <class T>
class job_promise final : public job_promise_base<T> {
 public:
  job<T> get_return_object() noexcept;
  template <class U = T>
  void return_value(U&& value) {
    this->result_.set_first_value(std::forward<U>(value));
  }
};

template <>
class job_promise<void> final : public job_promise_base<void> {
 public:
  job<void> get_return_object() noexcept;
  void return_void() noexcept { result_.set_value(); }
};

}  // namespace detail

/// A coroutine for computing. It runs on the workers of a thread_pool, which it may change at a
/// fork and at a join and nowhere else. It awaits other jobs, fork() and join(), but nothing that
/// belongs to a loop. Nothing happens until it is awaited, forked, or given to a pool.
///
/// Threads:  it may go on on any worker of its pool; what it has under a lock or thread_local over
/// a
///           fork or a join is lost.
/// Cancel:   of the future withdraws a job that has not begun; nothing stops one that runs.
/// Lifetime: references given to the coroutine must outlive its completion.
/// Cost:     a frame from the pool of frames and two symmetric transfers for an awaited one.
/// Example:  examples/31_fork_join.cpp
template <class T = void>
class [[nodiscard("a job does nothing until it is awaited, forked or submitted")]] job {
 public:
  using promise_type = detail::job_promise<T>;
  using value_type = T;
  using frame_handle = std::coroutine_handle<promise_type>;

  job() = default;
  explicit job(frame_handle frame) noexcept : frame_(frame) {}
  job(job&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  job& operator=(job&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~job() {
    if (frame_) frame_.destroy();
  }

  explicit operator bool() const noexcept { return static_cast<bool>(frame_); }

  /// For those who run it.
  frame_handle frame() const noexcept {
    PIRN_ASSERT(frame_, "a job is begun once");
    return frame_;
  }

 private:
  frame_handle frame_;
};

/// A child that was forked; its value is there after the next join().
///
/// Lifetime: ends in the job that forked it, after a join() (asserted). Where an exception unwinds
///           that job, its end waits for the child, blocking the worker.
template <class T = void>
class [[nodiscard("a fork is awaited by join()")]] forked {
 public:
  forked() = default;
  explicit forked(job<T> child) noexcept : child_(std::move(child)) {}
  forked(forked&&) noexcept = default;
  forked& operator=(forked&&) noexcept = default;
  ~forked() {
    if (child_ && parent().has_unjoined()) [[unlikely]]
      parent().end_unjoined();
  }

  /// Moves out what the child returned. What it threw was thrown by join().
  /// Requires: it was joined.
  T value() {
    PIRN_ASSERT(!parent().has_unjoined(), "the value of a fork is there after join()");
    return child_.frame().promise().result().take();
  }

 private:
  detail::job_frame& parent() const noexcept { return child_.frame().promise().parent(); }

  job<T> child_;
};

namespace detail {

template <class T>
job<T> job_promise<T>::get_return_object() noexcept {
  static_assert(alignof(job_promise) <= 2 * sizeof(void*),
                "a job's value may not be aligned wider than two words: return a pointer to it");
  return job<T>(std::coroutine_handle<job_promise<T>>::from_promise(*this));
}
inline job<void> job_promise<void>::get_return_object() noexcept {
  return job<void>(std::coroutine_handle<job_promise<void>>::from_promise(*this));
}

// A callable that is gone when the child runs: the child's frame has the arguments, but only a
// reference to the captures.
template <class Fn>
inline constexpr bool outlives_fork =
    std::is_lvalue_reference_v<Fn> || std::is_empty_v<Fn> || !std::is_class_v<Fn>;

}  // namespace detail

/// Begins `fn(args...)`, a job, on this worker, and leaves the caller to be gone on with by any
/// worker that has nothing else to do: `auto child = co_await fork(fn, args...)`.
///
/// Throws:   what calling `fn` throws, before anything was forked; std::bad_alloc.
/// Lifetime: what `fn` takes by reference must outlive the join, and so must a closure.
/// Cost:     a frame and some ten instructions where nothing is stolen.
template <class Fn, class... Args>
  requires is_job<std::invoke_result_t<Fn, Args...>>
auto fork(Fn&& fn, Args&&... args) {
  static_assert(detail::outlives_fork<Fn>, "give the closure a name that outlives the join");
  using child = std::invoke_result_t<Fn, Args...>;
  return detail::fork_request<typename child::value_type>(
      std::invoke(std::forward<Fn>(fn), std::forward<Args>(args)...));
}

/// Waits for all that the awaiting job has forked: `co_await join()`.
///
/// Throws: what the first of them threw that failed; the others have ended, too.
inline detail::join_request join() noexcept {
  return {};
}

}  // namespace pirn
