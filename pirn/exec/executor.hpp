// executor: what all executors have in common, and their options.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/base/time.hpp"
#include "pirn/exec/broken_executor.hpp"
#include "pirn/exec/future.hpp"

namespace pirn {

/// How an executor ends.
struct shutdown_options {
  bool wait = true;             ///< return only when all calls have ended
  bool cancel_pending = false;  ///< cancel what has not begun instead of doing it
};
static_assert(std::is_trivially_copyable_v<shutdown_options>);

/// How map() cuts up its input and gives the results.
struct map_options {
  std::size_t chunk = 1;       ///< elements a call of the executor works on
  std::size_t buffer = 0;      ///< chunks under way at most; 0: as the executor likes
  duration timeout = forever;  ///< for all results, from the call of map
  bool ordered = true;         ///< results in the order of the elements, not of their ends
};
static_assert(std::is_trivially_copyable_v<map_options>);

namespace detail {

template <class T>
using without_rvalue_reference =
    std::conditional_t<std::is_rvalue_reference_v<T>, std::remove_reference_t<T>, T>;

template <class Fn, class... Args>
struct submit_result {
  using type = void;  // call_state says what is wrong
};
template <class Fn, class... Args>
  requires std::invocable<Fn, Args...>
struct submit_result<Fn, Args...> {
  using type = without_rvalue_reference<std::invoke_result_t<Fn, Args...>>;
};

/// What `fn(args...)` gives when both are copies of the executor's own: there is nothing left that
/// an rvalue reference could refer to. Void where it cannot be called.
template <class Fn, class... Args>
using submit_result_t = typename submit_result<std::decay_t<Fn>, std::decay_t<Args>...>::type;

struct empty_call {
  void operator()() const noexcept {}
};

}  // namespace detail

/// Something that makes calls elsewhere: `submit(fn, args...)` gives the future of `fn(args...)`,
/// called with copies of its own; it throws std::runtime_error after shutdown().
///
/// `shutdown` may be called more than once; the destructor does it too, and waits.
/// `concurrency` is how many calls may run at once.
///
/// Requires: no destructor of fn, args or result throws, and none is aligned wider than malloc
///           aligns (asserted).
/// Cancel:   of the future withdraws a call that has not begun. Nothing stops one that runs.
/// Source:   concurrent.futures.Executor.
template <class Executor>
concept executor =
    requires(Executor& executor, const Executor& looked_at, shutdown_options options) {
      { executor.submit(detail::empty_call{}) } -> std::same_as<future<void>>;
      executor.shutdown(options);
      { looked_at.name() } -> std::convertible_to<std::string_view>;
      { looked_at.concurrency() } -> std::convertible_to<unsigned>;
    };

namespace detail {

/// Whether an executor makes its calls on the loop that awaits them, hence on its time. Others say
/// nothing: what they do takes no time on a virtual clock.
template <class Executor>
inline constexpr bool calls_on_loop = requires { requires Executor::calls_on_loop; };

}  // namespace detail
}  // namespace pirn
