// within: work inside a cancel scope, and what is made of it: time-outs, shields, clean-up.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/task.hpp"

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

template <class Wait>
using wait_result_t = decltype(std::declval<Wait&>().await_resume());

/// A wait as a task, for those who take tasks. The wait must outlive it.
template <class Wait>
task<wait_result_t<Wait>> as_task(Wait& wait) {
  co_return co_await wait;
}

}  // namespace detail

/// A T that may have been cut short: optional<T>; true or false for void.
template <class T>
using maybe_t = typename detail::maybe<T>::type;

/// Runs `work` in `scope`. Returns: its result, or nothing when the scope was cancelled and cut it
/// short. Throws: what `work` throws; `cancelled` when more than this scope is cancelled.
template <class T>
task<maybe_t<T>> within(cancel_scope& scope, task<T> work) {
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

/// Runs `work` until it ends or `deadline` comes, which cancels it. Returns: its result, or nothing
/// when it was too late. To move the deadline meanwhile use a cancel_scope of your own.
template <class T>
task<maybe_t<T>> move_on_at(time_point deadline, task<T> work) {
  cancel_scope scope(scope_options{.deadline = deadline});
  maybe_t<T> result = co_await within(scope, std::move(work));
  co_return result;
}
template <class T>
task<maybe_t<T>> move_on_after(duration limit, task<T> work) {
  return move_on_at(saturating_add(now(), limit), std::move(work));
}

/// As move_on_at, but being late is an error.
/// Throws: timeout_error.
template <class T>
task<T> timeout_at(time_point deadline, task<T> work) {
  maybe_t<T> result = co_await move_on_at(deadline, std::move(work));
  if (!result) throw timeout_error();
  if constexpr (std::is_reference_v<T>) {
    co_return result->get();
  } else if constexpr (!std::is_void_v<T>) {
    co_return *std::move(result);
  }
}
/// Runs `work`, at most for `limit` from now.
/// Throws:  timeout_error.
/// Example: examples/23_timeouts.cpp
template <class T>
task<T> timeout(duration limit, task<T> work) {
  return timeout_at(saturating_add(now(), limit), std::move(work));
}

/// The same for single waits: `co_await timeout(2s, queue.pop())`.
/// Lifetime: the wait must outlive the task; await it in the same expression.
template <wait_like Wait>
task<detail::wait_result_t<Wait>> timeout(duration limit, Wait&& wait) {
  return timeout(limit, detail::as_task(wait));
}
template <wait_like Wait>
task<maybe_t<detail::wait_result_t<Wait>>> move_on_after(duration limit, Wait&& wait) {
  return move_on_after(limit, detail::as_task(wait));
}

/// Runs `work` out of reach of cancellation: the awaiter stays until it has ended, and the next
/// wait after it throws. Source: Trio's shielded scope; asyncio.shield() leaves the awaiter at once
/// instead, and the work behind.
template <class T>
task<T> shield(task<T> work) {
  cancel_scope scope(scope_options{.shield = true});
  auto result = co_await within(scope, std::move(work));
  if constexpr (std::is_reference_v<T>) {
    co_return result->get();
  } else if constexpr (!std::is_void_v<T>) {
    co_return *std::move(result);
  }
}

/// Runs `body`, and then `cleanup` whatever happened, shielded, for at most `grace`.
/// Returns: what `body` returns. Throws: what `cleanup` throws, else what `body` threw.
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
  cancel_scope scope(scope_options{.deadline = saturating_add(now(), grace), .shield = true});
  co_await within(scope, std::move(cleanup));
  co_return ended.take();
}

}  // namespace pirn
