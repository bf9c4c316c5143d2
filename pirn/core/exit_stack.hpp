// exit_stack: any number of managers and clean-ups, undone in reverse order.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/core/context.hpp"

namespace pirn {
namespace detail {

/// Something that an exit_stack leaves.
class stacked_exit {
 public:
  stacked_exit() = default;
  stacked_exit(stacked_exit&&) = delete;  // what enter() returned may point into it
  virtual ~stacked_exit() = default;
  virtual bool leave(const std::exception_ptr& error) = 0;
};

/// `Manager` is a reference where it is borrowed.
template <class Manager>
class stacked_manager final : public stacked_exit {
 public:
  explicit stacked_manager(Manager&& entering) : managed(std::forward<Manager>(entering)) {}
  bool leave(const std::exception_ptr& error) override { return detail::leave(managed, error); }

  Manager managed;
};

template <class Function>
class stacked_function final : public stacked_exit {
 public:
  explicit stacked_function(Function function) : function_(std::move(function)) {}
  bool leave(const std::exception_ptr& error) override {
    if constexpr (std::is_void_v<std::invoke_result_t<Function&, const std::exception_ptr&>>) {
      std::invoke(function_, error);
      return false;
    } else {
      return std::invoke(function_, error);
    }
  }

 private:
  Function function_;
};

}  // namespace detail

/// Collects managers and functions, and leaves them last in, first out. A manager itself.
///
/// As with nested `with` statements, each sees the error that is there when its turn comes: it may
/// swallow it, or throw another in its place, and those below it see that.
/// A stack that is destroyed before it was left is closed; an error then terminates the program, so
/// leave it by `with` or `close()`.
/// Source:  `contextlib.ExitStack`.
/// Example: examples/16_exit_stack.cpp
class exit_stack {
 public:
  using rehandles_errors = void;

  exit_stack() = default;
  exit_stack(exit_stack&& other) noexcept = default;
  exit_stack& operator=(exit_stack&&) = delete;  // would have to close what it holds
  ~exit_stack() { close(); }

  exit_stack& enter() noexcept { return *this; }

  /// Leaves everything.
  /// Returns: whether `error` was swallowed.
  bool exit(std::exception_ptr error);

  /// Leaves everything now, without an error.
  void close() { exit(nullptr); }

  bool empty() const noexcept { return exits_.empty(); }

  /// Enters a manager, to be left with the stack. An lvalue is borrowed. If enter() throws, the
  /// stack is unchanged.
  /// Returns: what enter() returned.
  template <class Manager>
    requires manager<std::remove_reference_t<Manager>>
  decltype(auto) enter_context(Manager&& entering);

  /// Adds a manager that was entered elsewhere (an lvalue is borrowed), or a function of an
  /// exception_ptr that returns void, or true to swallow the error.
  template <class Exit>
  void push(Exit&& exit);

  /// Calls `function(args...)` when its turn comes, whether there is an error or not. Both are
  /// copied or moved in; `std::ref` passes a reference.
  template <class Function, class... Args>
  void callback(Function&& function, Args&&... args);

  /// Moves everything into a new stack: what this one guarded is no longer left with it.
  [[nodiscard]] exit_stack pop_all() noexcept { return std::move(*this); }

 private:
  // What cannot be kept for want of memory is left at once.
  void keep(std::unique_ptr<detail::stacked_exit> entered);

  std::vector<std::unique_ptr<detail::stacked_exit>> exits_;
};

template <class Manager>
  requires manager<std::remove_reference_t<Manager>>
decltype(auto) exit_stack::enter_context(Manager&& entering) {
  using stacked = detail::stacked_manager<Manager>;
  auto entry = std::make_unique<stacked>(std::forward<Manager>(entering));
  if constexpr (std::is_void_v<decltype(entry->managed.enter())>) {
    entry->managed.enter();
    keep(std::move(entry));
  } else {
    decltype(auto) entered = entry->managed.enter();
    keep(std::move(entry));
    return entered;
  }
}

template <class Exit>
void exit_stack::push(Exit&& exit) {
  if constexpr (requires(std::exception_ptr error) { exit.exit(error); }) {
    keep(std::make_unique<detail::stacked_manager<Exit>>(std::forward<Exit>(exit)));
  } else {
    using function = std::decay_t<Exit>;
    keep(std::make_unique<detail::stacked_function<function>>(std::forward<Exit>(exit)));
  }
}

template <class Function, class... Args>
void exit_stack::callback(Function&& function, Args&&... args) {
  push([function = std::decay_t<Function>(std::forward<Function>(function)),
        arguments = std::make_tuple(std::forward<Args>(args)...)](const auto&) mutable -> void {
    std::apply(std::move(function), std::move(arguments));
  });
}

}  // namespace pirn
