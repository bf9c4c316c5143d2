// gather: several tasks at once: all of them, or the first.
#pragma once

#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "pirn/core/task_group.hpp"
#include "pirn/core/to_task.hpp"

namespace pirn {

namespace detail {

/// What stands for a T in a tuple or variant.
template <class T>
struct element {
  using type = T;
};
template <>
struct element<void> {
  using type = std::monostate;
};
template <class T>
struct element<T&> {
  using type = std::reference_wrapper<T>;
};
template <class T>
using element_t = typename element<T>::type;

template <class T>
element_t<T> take_result(child<T>& ended) {
  if constexpr (std::is_void_v<T>) {
    ended.result();
    return {};
  } else {
    return static_cast<T&&>(ended.result());
  }
}

template <std::size_t Index, class T, class Result>
task<> racer(task<T> work, std::optional<Result>& first, task_group& group) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(work);
    if (first) co_return;
    first.emplace(std::in_place_index<Index>);
  } else {
    decltype(auto) value = co_await std::move(work);
    if (first) co_return;
    first.emplace(std::in_place_index<Index>, std::forward<T>(value));
  }
  group.cancel();
}

template <class Result, class... T, std::size_t... Index>
void start_race(task_group& group, std::optional<Result>& first, std::index_sequence<Index...>,
                task<T>&... work) {
  (group.start(racer<Index>(std::move(work), first, group)), ...);
}

/// Not all are tasks: each of the others is made one.
template <class... Source>
concept to_be_tasks =
    (task_awaitable<Source> && ...) && !(is_task<std::remove_cvref_t<Source>> && ...);

}  // namespace detail

/// Runs the tasks at once.
///
/// Returns: their results in the order of the arguments (`std::monostate` for void).
/// Throws:  the first failure itself, after the others were cancelled and have ended.
/// Source:  asyncio.gather().
template <class... T>
  requires(sizeof...(T) > 0)
task<std::tuple<detail::element_t<T>...>> gather(task<T>... work) {
  task_record& me = co_await this_task_record{};
  task_group group(me);
  std::tuple<child<T>...> children;
  std::exception_ptr error;
  try {
    children = std::tuple<child<T>...>{group.start(std::move(work))...};
  } catch (...) {
    error = std::current_exception();
  }
  co_await group.join_first(error);
  co_return std::apply(
      [](auto&... each) {
        return std::tuple<detail::element_t<T>...>{detail::take_result(each)...};
      },
      children);
}

/// The same for what else a task can await, among tasks or not:
/// `gather(sleep_for(1s), event.wait())`.
/// Lifetime: what is awaited must outlive the gather: await it in the same expression.
template <class... Source>
  requires detail::to_be_tasks<Source...>
auto gather(Source&&... source) {
  return gather(to_task(std::forward<Source>(source))...);
}

/// The same for any number of tasks of one type.
template <class T>
task<std::vector<detail::element_t<T>>> gather(std::vector<task<T>> work) {
  task_record& me = co_await this_task_record{};
  task_group group(me);
  std::vector<child<T>> children;
  std::exception_ptr error;
  try {
    children.reserve(work.size());
    for (task<T>& each : work) children.push_back(group.start(std::move(each)));
  } catch (...) {
    error = std::current_exception();
  }
  co_await group.join_first(error);
  std::vector<detail::element_t<T>> results;
  results.reserve(children.size());
  for (child<T>& each : children) results.push_back(detail::take_result(each));
  co_return results;
}

/// Runs the tasks at once until the first has ended; the others are cancelled and awaited, and what
/// they had produced is dropped.
///
/// Returns: a variant whose index tells which was first; also when a cancel comes while the others
///          are being awaited.
/// Throws:  the first failure itself, be it of a task that was too late; future_cancelled when each
///          task ended by a `cancelled` of its own.
template <class... T>
  requires(sizeof...(T) > 0)
task<std::variant<detail::element_t<T>...>> race(task<T>... work) {
  using result = std::variant<detail::element_t<T>...>;
  task_record& me = co_await this_task_record{};
  task_group group(me);
  std::optional<result> first;
  std::exception_ptr error;
  try {
    detail::start_race(group, first, std::index_sequence_for<T...>{}, work...);
  } catch (...) {
    error = std::current_exception();
  }
  try {
    co_await group.join_first(error);
  } catch (const cancelled&) {
    if (!first) throw;
  }
  if (!first) throw future_cancelled("every task of the race was cancelled");
  co_return *std::move(first);
}

/// The same for what else a task can await, among tasks or not: `race(fetch(url), sleep_for(1s))`.
/// Of waits alone select() is to be preferred: it costs no tasks, and what the losers wait for, the
/// element of a queue, say, stays where it is.
/// Lifetime: what is awaited must outlive the race: await it in the same expression.
template <class... Source>
  requires detail::to_be_tasks<Source...>
auto race(Source&&... source) {
  return race(to_task(std::forward<Source>(source))...);
}

}  // namespace pirn
