// chunk_call: the call that map() submits for a chunk of its elements.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/exec/chunk_results.hpp"
#include "pirn/exec/is_job.hpp"
#include "pirn/exec/map_elements.hpp"

namespace pirn::detail {

template <class Fn, class... Args>
struct map_result {
  using type = void;  // before the assertion: clang reads no further
  static_assert(std::invocable<Fn&, Args...>,
                "map: fn cannot be called with copies of the ranges' elements, as rvalues");
};
template <class Fn, class... Args>
  requires std::invocable<Fn&, Args...>
struct map_result<Fn, Args...> {
  using type = std::remove_cvref_t<std::invoke_result_t<Fn&, Args...>>;
  static_assert(!is_task<type>, "map: a task belongs to a loop: await it there");
  static_assert(!is_job<type>, "map: a job is not run in a map: submit it, or call parallel_for()");
};
/// What `fn` makes of one element of each range; by value, since it may come from another process.
template <class Fn, class... Args>
using map_result_t = typename map_result<Fn, Args...>::type;

/// The callable that a chunk is submitted as: calls `fn` for each tuple of arguments. Empty when
/// `Fn` is, so that it can be called in another process.
template <class Fn>
struct chunk_call {
  [[no_unique_address]] Fn fn;

  template <class... Args>
  chunk_results<map_result_t<Fn, Args...>> operator()(std::vector<std::tuple<Args...>> elements) {
    chunk_results<map_result_t<Fn, Args...>> results(elements.size());
    for (std::tuple<Args...>& each : elements) {
      results.add([&]() -> decltype(auto) { return std::apply(fn, std::move(each)); });
    }
    return results;
  }

  template <class... Args>
  chunk_results<map_result_t<Fn, Args...>> operator()(counted_elements<Args...> elements) {
    chunk_results<map_result_t<Fn, Args...>> results(elements.count);
    for (std::size_t i = 0; i < elements.count; ++i) {
      auto call = [&](Args... first) -> decltype(auto) {
        return fn(static_cast<Args>(static_cast<std::uintmax_t>(first) + i)...);
      };
      results.add([&]() -> decltype(auto) { return std::apply(call, elements.first); });
    }
    return results;
  }
};

}  // namespace pirn::detail
