// to_task: whatever a task can await, as a task.
#pragma once

#include <type_traits>
#include <utility>

#include "pirn/core/task.hpp"

namespace pirn {

/// What a task can await: tasks, waits, children, futures, steps of async generators.
template <class Source>
concept task_awaitable = wait_like<Source> || awaited_by_frame<Source>;

namespace detail {

template <class Source>
struct await_result;
template <class Source>
  requires wait_like<Source>
struct await_result<Source> {
  using type = decltype(std::declval<Source&>().await_resume());
};
template <class Source>
  requires(awaited_by_frame<Source> && !wait_like<Source>)
struct await_result<Source> {
  using awaiter = decltype(std::declval<Source>().awaited_by(std::declval<frame_base&>()));
  using type = decltype(std::declval<awaiter&>().await_resume());
};

template <class T, class Source>
task<T> await_here(Source&& source) {
  co_return co_await std::forward<Source>(source);
}

}  // namespace detail

/// What `co_await std::forward<Source>(source)` gives.
template <class Source>
using await_result_t = typename detail::await_result<Source>::type;

template <class T>
task<T> to_task(task<T> work) noexcept {
  return work;
}

/// Awaits `source` where it stands.
/// Lifetime: what `source` refers to must outlive the task; await it in the same expression.
template <task_awaitable Source>
  requires(!is_task<std::remove_cvref_t<Source>>)
task<await_result_t<Source>> to_task(Source&& source) {
  return detail::await_here<await_result_t<Source>>(std::forward<Source>(source));
}

}  // namespace pirn
