// task_group: where concurrency starts, and ends: a group ends when its children have ended.
#pragma once

#include <exception>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/compiler.hpp"
#include "pirn/core/child.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/spawn_call.hpp"

namespace pirn {

class join_wait;

/// Tasks that run together. The first failure cancels the others and the body; when all have ended,
/// the group throws what failed as one `exception_group`. Made by `with_group`.
///
/// Threads: its loop's only.
/// Source:  Trio's nursery, asyncio.TaskGroup.
class task_group : public open_scope {
 public:
  explicit task_group(task_record& owner) noexcept;
  ~task_group();

  /// Starts `fn(args...)` as a child: a task, or a plain function. `fn` and the arguments are moved
  /// or copied into the child's frame; it runs from a later turn on. In a cancelled group its first
  /// wait throws.
  ///
  /// Throws: std::bad_alloc; what copying the arguments throws.
  /// Cost:   two blocks from the frame pool; a wrapper frame when `fn` has state or takes
  /// references.
  template <class Fn, class... Args>
  auto spawn(Fn&& fn, Args&&... args) {
    return start(detail::spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...));
  }

  /// Starts a task that was made already. References that it was given must outlive the group.
  template <class T>
  child<T> start(task<T> work) {
    return start_noted({}, std::move(work));
  }

  /// Starts a task as start() does and keeps a copy of `note` beside it, for child_failed() and for
  /// who looks at the task, at its own size in memory.
  /// Requires: a note has at most 255 bytes.
  template <class T>
  child<T> start_noted(std::span<const std::byte> note, task<T> work) {
    PIRN_ASSERT(note.size() <= 255, "a note is short");
    auto frame = work.frame();
    task_record& record = adopt(frame.promise(), frame, note);
    work.release();
    return child<T>(record, frame);
  }

  /// Children that have not ended.
  std::size_t active() const noexcept { return active_; }

  /// Called by the group's owner at the end of its body: adds the body's failure, waits for the
  /// children, leaves the scope.
  /// Throws: exception_group when something failed; `cancelled` when the group was cut short from
  ///         outside.
  task<> join(std::exception_ptr body_error);
  /// As join(), but throws the first failure itself.
  task<> join_first(std::exception_ptr body_error);

 protected:
  /// A child has ended by an exception. A group that keeps its children apart overrides it, for all
  /// that is no `cancelled`, and leaves the rest to this.
  virtual void child_failed(const task_record& child, std::exception_ptr error) noexcept;

 private:
  friend class join_wait;
  friend class task_record;

  task_record& adopt(frame_base& root, std::coroutine_handle<> frame,
                     std::span<const std::byte> note);
  void child_ended() noexcept {
    if (--active_ == 0 && joining_ != nullptr) wake_joining();
  }
  void wake_joining() noexcept;
  void add_failure(std::exception_ptr error);
  task<> settle(std::exception_ptr body_error);

  std::size_t active_ = 0;
  join_wait* joining_ = nullptr;
  bool cut_short_ = false;  // a child ended by `cancelled`
  std::vector<std::exception_ptr> failures_;
};

namespace detail {

template <class Body, class... Args>
using body_result_t = typename task_of<std::invoke_result_t<Body&, task_group&, Args...>>::value;

/// A body that is a plain function, as a task.
template <class Body, class... Args>
task<body_result_t<Body, Args...>> call_plain(Body& body, task_group& group, Args&... args) {
  co_return std::invoke(body, group, std::move(args)...);
}
template <class Body, class... Args>
task<body_result_t<Body, Args...>> call_body(Body& body, task_group& group, Args&... args) {
  if constexpr (is_task<std::invoke_result_t<Body&, task_group&, Args...>>) {
    return std::invoke(body, group, std::move(args)...);
  } else {
    return call_plain(body, group, args...);
  }
}

template <class Body, class... Args>
task<body_result_t<Body, Args...>> run_group(Body body, Args... args) {
  using result = body_result_t<Body, Args...>;
  task_record& me = co_await this_task_record{};
  task_group group(me);
  outcome<result> ended;
  try {
    if constexpr (std::is_void_v<result>) {
      co_await call_body(body, group, args...);
      ended.set_value();
    } else {
      decltype(auto) value = co_await call_body(body, group, args...);
      ended.set_value(std::forward<result>(value));
    }
  } catch (...) {
    ended.set_error(std::current_exception());
  }
  co_await group.join(ended.error());
  if constexpr (!std::is_void_v<result>) {
    if (ended.has_error()) throw future_cancelled("the group was cancelled before its body ended");
    co_return ended.take();
  }
}

}  // namespace detail

/// Runs `body(group, args...)`, a task or a plain function that may start children in the group,
/// and waits for them all.
///
/// Returns: what the body returns.
/// Throws:  exception_group when the body or a child failed; future_cancelled when there is no
///          result because the group was cancelled by its own `cancel()`.
/// Cancel:  reaches body and children; the group still waits for them.
/// Example: examples/01_hello.cpp
template <class Body, class... Args>
auto with_group(Body&& body, Args&&... args) {
  static_assert(detail::callable_survives<Body>, PIRN_CLOSURE_ADVICE);
  return detail::run_group(std::forward<Body>(body), std::forward<Args>(args)...);
}

}  // namespace pirn
