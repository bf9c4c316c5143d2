// within: work inside a cancel scope, and what is made of it: time-outs, shields, clean-up.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/to_task.hpp"

namespace pirn {

namespace detail {

template <class T>
struct maybe {
  using type = std::optional<T>;
};
template <>
struct maybe<void> {
  using type = bool;
};
template <class T>
struct maybe<T&> {
  using type = std::optional<std::reference_wrapper<T>>;
};

}  // namespace detail

/// A T that may have been cut short: optional<T>; true or false for void.
template <class T>
using maybe_t = typename detail::maybe<T>::type;

namespace detail {

template <class T>
T take_maybe(maybe_t<T>& result) {
  if constexpr (std::is_reference_v<T>) {
    return result->get();
  } else if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

template <class T>
task<maybe_t<T>> run_within(cancel_scope& scope, task<T> work) {
  task_record& me = co_await this_task_record{};
  scope_entry entry(scope, me);
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      co_return true;
    } else {
      decltype(auto) value = co_await std::move(work);
      co_return maybe_t<T>(std::forward<T>(value));
    }
  } catch (const cancelled&) {
    if (!entry.catches()) throw;
  }
  co_return maybe_t<T>{};
}

template <class T>
task<maybe_t<T>> run_until(time_point deadline, task<T> work) {
  cancel_scope scope(scope_options{.deadline = deadline});
  maybe_t<T> result = co_await run_within(scope, std::move(work));
  co_return result;
}

template <class T>
task<T> run_or_time_out(time_point deadline, task<T> work) {
  cancel_scope scope(scope_options{.deadline = deadline});
  maybe_t<T> result = co_await run_within(scope, std::move(work));
  if (!result) throw timeout_error();
  co_return take_maybe<T>(result);
}

template <class T>
task<T> run_shielded(task<T> work) {
  cancel_scope scope(scope_options{.shield = true});
  maybe_t<T> result = co_await run_within(scope, std::move(work));
  co_return take_maybe<T>(result);
}

}  // namespace detail

// Each takes what a task can await: a task, or a wait, child or future, which must outlive the
// call's own task (await it in the same expression).

/// Runs `work` in `scope`.
///
/// Returns: its result, or nothing when the scope was cancelled and cut it short.
/// Throws:  what `work` throws; `cancelled` when more than this scope is cancelled.
template <task_awaitable Work>
task<maybe_t<await_result_t<Work>>> within(cancel_scope& scope, Work&& work) {
  return detail::run_within(scope, to_task(std::forward<Work>(work)));
}

/// Runs `work` until it ends or `deadline` comes, which cancels it. To move the deadline meanwhile
/// use `within` and a cancel_scope of your own.
///
/// Returns: its result, or nothing when it was too late.
template <task_awaitable Work>
task<maybe_t<await_result_t<Work>>> move_on_at(time_point deadline, Work&& work) {
  return detail::run_until(deadline, to_task(std::forward<Work>(work)));
}
/// The same with a length of time, counted from the call.
template <task_awaitable Work>
task<maybe_t<await_result_t<Work>>> move_on_after(duration limit, Work&& work) {
  return move_on_at(from_now(limit), std::forward<Work>(work));
}

/// As move_on_at, but being late is an error.
/// Throws: timeout_error.
template <task_awaitable Work>
task<await_result_t<Work>> timeout_at(time_point deadline, Work&& work) {
  return detail::run_or_time_out(deadline, to_task(std::forward<Work>(work)));
}
/// Runs `work`, at most for `limit` from now: `co_await timeout(2s, queue.pop())`.
///
/// Throws:  timeout_error.
/// Source:  asyncio.wait_for(), asyncio.timeout().
/// Example: examples/23_timeouts.cpp
template <task_awaitable Work>
task<await_result_t<Work>> timeout(duration limit, Work&& work) {
  return timeout_at(from_now(limit), std::forward<Work>(work));
}

/// Runs `work` out of reach of cancellation: the awaiter stays until it has ended, and the next
/// wait after it throws.
/// Source: Trio's shielded scope; asyncio.shield() leaves the awaiter at once instead, and the work
///         behind.
template <task_awaitable Work>
task<await_result_t<Work>> shield(Work&& work) {
  return detail::run_shielded(to_task(std::forward<Work>(work)));
}

/// Runs `body`, and then `cleanup` whatever happened, shielded, for at most `grace`.
///
/// Returns: what `body` returns.
/// Throws:  what `cleanup` throws, else what `body` threw.
/// Example: examples/24_cancellation.cpp
template <class T>
task<T> finally(task<T> body, task<> cleanup, duration grace = duration::max()) {
  outcome<T> ended;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(body);
      ended.set_value();
    } else {
      decltype(auto) value = co_await std::move(body);
      ended.set_value(std::forward<T>(value));
    }
  } catch (...) {
    ended.set_error(std::current_exception());
  }
  cancel_scope scope(scope_options{.deadline = from_now(grace), .shield = true});
  co_await within(scope, std::move(cleanup));
  co_return ended.take();
}

}  // namespace pirn
