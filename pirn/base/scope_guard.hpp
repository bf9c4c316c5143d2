// scope_guard: code that runs when a scope is left.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

namespace pirn {
namespace detail {

/// Which ways out of a scope a guard acts on.
enum class scope_way { any, thrown, returned };

template <class Function, scope_way Way>
class scope_guard {
 public:
  explicit scope_guard(Function function) noexcept(std::is_nothrow_move_constructible_v<Function>)
      : function_(std::move(function)) {}
  scope_guard(scope_guard&&) = delete;  // it guards the scope that it stands in
  ~scope_guard() noexcept(Way != scope_way::returned) {
    if (!armed_) return;
    const bool thrown = std::uncaught_exceptions() > exceptions_;
    if (Way == scope_way::any || (Way == scope_way::thrown) == thrown) function_();
  }

  /// The guard does nothing any more.
  void release() noexcept { armed_ = false; }

 private:
  Function function_;
  int exceptions_ = std::uncaught_exceptions();
  bool armed_ = true;
};

}  // namespace detail

/// Calls `function()` when its scope is left, however that happens: Python's `finally`.
///
/// `function` must not throw (it would terminate). In a coroutine, the scope is also left when the
/// suspended frame is destroyed.
/// Source: `std::experimental::scope_exit`, Library Fundamentals TS v3.
template <class Function>
class [[nodiscard]] scope_exit : public detail::scope_guard<Function, detail::scope_way::any> {
 public:
  using detail::scope_guard<Function, detail::scope_way::any>::scope_guard;
};
template <class Function>
scope_exit(Function) -> scope_exit<Function>;

/// The same when the scope is left by an exception only.
///
/// Not for a coroutine that suspends in the scope: it counts the exceptions in flight, and its
/// caller's may be among them.
template <class Function>
class [[nodiscard]] scope_fail : public detail::scope_guard<Function, detail::scope_way::thrown> {
 public:
  using detail::scope_guard<Function, detail::scope_way::thrown>::scope_guard;
};
template <class Function>
scope_fail(Function) -> scope_fail<Function>;

/// The same when the scope is left without an exception only: Python's `else` of a `try`. Here
/// `function` may throw. Not for a coroutine that suspends in the scope.
template <class Function>
class [[nodiscard]] scope_success
    : public detail::scope_guard<Function, detail::scope_way::returned> {
 public:
  using detail::scope_guard<Function, detail::scope_way::returned>::scope_guard;
};
template <class Function>
scope_success(Function) -> scope_success<Function>;

}  // namespace pirn
