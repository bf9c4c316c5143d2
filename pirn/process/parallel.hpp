// parallel: a function whose calls are made in other processes.
#pragma once

#include <ranges>
#include <utility>

#include "pirn/process/process_pool.hpp"

namespace pirn {

/// What parallel() makes: a function with a pool of processes of its own.
///
/// Threads: may be called from any thread.
template <class Fn>
class parallel_function {
 public:
  parallel_function(process_pool_options options, Fn fn) : fn_(std::move(fn)), pool_(options) {}

  /// Begins `fn(args...)` in another process.
  /// Returns: the result to come.
  template <class... Args>
  auto operator()(const Args&... args) {
    return pool_.submit(fn_, args...);
  }

  /// process_pool::map() of the function.
  template <std::ranges::input_range... Ranges>
  auto map(map_options options, Ranges&&... ranges) {
    return pool_.map(options, fn_, std::forward<Ranges>(ranges)...);
  }
  template <std::ranges::input_range... Ranges>
  auto map(Ranges&&... ranges) {
    return pool_.map(fn_, std::forward<Ranges>(ranges)...);
  }

  process_pool& pool() noexcept { return pool_; }

 private:
  Fn fn_;
  process_pool pool_;
};

/// Makes a function of which several calls run at once, each in another process:
///
///     auto slow_in_parallel = pirn::parallel(slow);
///     pirn::future<int> one = slow_in_parallel(1);
///
/// What can be called, and what travels, process_pool says. Its processes end with it.
/// Example: examples/33_parallel.cpp
template <class Fn>
auto parallel(process_pool_options options, Fn&& fn) {
  return parallel_function<std::decay_t<Fn>>(options, std::forward<Fn>(fn));
}
template <class Fn>
auto parallel(Fn&& fn) {
  return parallel(process_pool_options{.name = "parallel"}, std::forward<Fn>(fn));
}

}  // namespace pirn
