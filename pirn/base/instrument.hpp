// instrument: decorators that count and time the calls of a function and keep its name.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/base/scope_guard.hpp"
#include "pirn/base/time.hpp"

namespace pirn {

/// A function that knows its name. See named().
template <class Function>
class named_function {
 public:
  named_function(std::string_view name, Function function)
      : name_(name), function_(std::move(function)) {}

  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    return std::invoke(function_, std::forward<Args>(args)...);
  }

  std::string_view name() const noexcept { return name_; }
  /// The function inside, as Python's `__wrapped__`.
  Function& wrapped() noexcept { return function_; }

 private:
  std::string name_;
  Function function_;
};

/// Gives `function` a name, which the decorators below keep: Python's `__name__`.
template <class Function>
named_function<Function> named(std::string_view name, Function function) {
  return {name, std::move(function)};
}

/// The name that `function` was given by named(), through any decorators; empty if none.
template <class Function>
std::string_view name_of(const Function& function) noexcept {
  if constexpr (requires { function.name(); }) {
    return function.name();
  } else {
    return {};
  }
}

/// Counts the calls of a function, those that threw included.
///
/// Threads: one at a time, here and in `timed`.
template <class Function>
class counted {
 public:
  explicit counted(Function function) : function_(std::move(function)) {}

  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    ++calls_;
    return std::invoke(function_, std::forward<Args>(args)...);
  }

  std::uint64_t calls() const noexcept { return calls_; }
  std::string_view name() const noexcept { return name_of(function_); }
  Function& wrapped() noexcept { return function_; }

 private:
  Function function_;
  std::uint64_t calls_ = 0;
};

/// One call that has ended.
struct call_report {
  std::string_view name;
  duration elapsed;
  bool threw;
};

/// Calls that have ended, put together.
struct call_statistics {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  ///< those of `calls` that threw
  duration total{};
  duration shortest = duration::max();
  duration longest{};

  /// Requires: at least one call.
  duration mean() const noexcept { return total / static_cast<duration::rep>(calls); }
};

namespace detail {

struct no_report {
  void operator()(const call_report&) const noexcept {}
};

}  // namespace detail

/// Times the calls of a function; `report(call)`, which must not throw, is told of each at its end.
///
/// A coroutine's call ends where it first suspends: time the coroutine from within instead.
/// Example: examples/15_decorators.cpp
template <class Function, class Report = detail::no_report, class Clock = std::chrono::steady_clock>
class timed {
 public:
  explicit timed(Function function, Report report = {}, Clock = {})
      : function_(std::move(function)), report_(std::move(report)) {}

  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    const int exceptions = std::uncaught_exceptions();
    const auto begin = Clock::now();
    scope_exit finish([&] {
      add(std::chrono::duration_cast<duration>(Clock::now() - begin),
          std::uncaught_exceptions() > exceptions);
    });
    return std::invoke(function_, std::forward<Args>(args)...);
  }

  const call_statistics& statistics() const noexcept { return statistics_; }
  std::string_view name() const noexcept { return name_of(function_); }
  Function& wrapped() noexcept { return function_; }

 private:
  void add(duration elapsed, bool threw) {
    ++statistics_.calls;
    statistics_.failures += threw ? 1 : 0;
    statistics_.total += elapsed;
    statistics_.shortest = std::min(statistics_.shortest, elapsed);
    statistics_.longest = std::max(statistics_.longest, elapsed);
    report_(call_report{.name = name(), .elapsed = elapsed, .threw = threw});
  }

  Function function_;
  Report report_;
  call_statistics statistics_;
};

}  // namespace pirn
