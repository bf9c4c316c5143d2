// spawn_call: how a callable and its arguments get into the frame of the task that runs them.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/base/compiler.hpp"
#include "pirn/core/task.hpp"

namespace pirn::detail {

/// Whether a callable may be given to an awaiting expression on this compiler.
template <class Fn>
inline constexpr bool callable_survives =
    !closure_temporaries_break || std::is_lvalue_reference_v<Fn> ||
    std::is_trivially_destructible_v<std::remove_cvref_t<Fn>>;

// Of what is no coroutine with fixed parameters, nothing is known.
template <class Signature>
struct parameters {
  using list = void;
};
template <class R, class... Params>
struct parameters<R (*)(Params...)> {
  using list = std::tuple<Params...>;
};
template <class R, class... Params>
struct parameters<R (*)(Params...) noexcept> {
  using list = std::tuple<Params...>;
};
template <class R, class Fn, class... Params>
struct parameters<R (Fn::*)(Params...) const> {
  using list = std::tuple<Params...>;
};
template <class R, class Fn, class... Params>
struct parameters<R (Fn::*)(Params...) const noexcept> {
  using list = std::tuple<Params...>;
};

/// Values that hold nothing of what they are made of: what is converted to one need not be kept.
template <class Param>
inline constexpr bool stands_alone = std::is_arithmetic_v<Param>;
template <class Rep, class Period>
inline constexpr bool stands_alone<std::chrono::duration<Rep, Period>> = true;
template <class Char, class Traits, class Allocator>
inline constexpr bool stands_alone<std::basic_string<Char, Traits, Allocator>> = true;

template <class Param, class Arg>
inline constexpr bool taken_as_given = std::is_same_v<Param, std::decay_t<Arg>> ||
                                       (stands_alone<Param> && std::is_convertible_v<Arg, Param>);

template <class List, class... Args>
inline constexpr bool all_taken_as_given = false;
template <class... Params, class... Args>
  requires(sizeof...(Params) == sizeof...(Args))
inline constexpr bool all_taken_as_given<std::tuple<Params...>, Args...> =
    (taken_as_given<Params, Args> && ...);

/// Whether calling the coroutine at once puts all that it needs into its own frame: a plain
/// function or a captureless lambda whose parameters are the very values given. A parameter that
/// refers (a reference, or a view made from an owning argument) needs a frame around it that keeps
/// the argument.
template <class Fn, class... Args>
consteval bool called_straight() {
  if constexpr (std::is_pointer_v<Fn>) {
    return all_taken_as_given<typename parameters<Fn>::list, Args...>;
  } else if constexpr (std::is_empty_v<Fn> && requires { &Fn::operator(); }) {
    return all_taken_as_given<typename parameters<decltype(&Fn::operator())>::list, Args...>;
  } else {
    return false;
  }
}

template <class Fn, class... Args>
using call_result_t = std::invoke_result_t<std::decay_t<Fn>, std::decay_t<Args>...>;

template <class R>
struct task_of {
  using value = R;
  using type = task<R>;
};
template <class T>
struct task_of<task<T>> {
  using value = T;
  using type = task<T>;
};

/// Keeps the callable and its arguments for as long as the task that they make runs.
template <class Result, class Fn, class... Args>
Result kept_call(Fn fn, Args... args) {
  if constexpr (is_task<call_result_t<Fn, Args...>>) {
    co_return co_await std::invoke(std::move(fn), std::move(args)...);
  } else {
    co_return std::invoke(std::move(fn), std::move(args)...);
  }
}

/// A task that runs `fn(args...)` with copies of its own.
template <class Fn, class... Args>
auto spawn_call(Fn&& fn, Args&&... args) {
  static_assert(std::is_invocable_v<std::decay_t<Fn>, std::decay_t<Args>...>,
                "the callable cannot be called with copies of these arguments; for a reference "
                "that outlives the group, give std::ref(x) or a pointer");
  using result = call_result_t<Fn, Args...>;
  if constexpr (is_task<result> && called_straight<std::decay_t<Fn>, Args...>()) {
    return fn(std::forward<Args>(args)...);
  } else {
    using wrapped = typename task_of<result>::type;
    return kept_call<wrapped, std::decay_t<Fn>, std::decay_t<Args>...>(std::forward<Fn>(fn),
                                                                       std::forward<Args>(args)...);
  }
}

}  // namespace pirn::detail
