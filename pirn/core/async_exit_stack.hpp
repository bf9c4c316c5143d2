// async_exit_stack: an exit_stack whose managers and clean-ups may wait.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/core/async_context.hpp"

namespace pirn {
namespace detail {

/// Something that an async_exit_stack leaves.
class async_stacked_exit {
 public:
  async_stacked_exit() = default;
  async_stacked_exit(async_stacked_exit&&) = delete;  // what enter() gave may point into it
  virtual ~async_stacked_exit() = default;
  virtual task<bool> leave(std::exception_ptr error) = 0;
};

/// `Manager` is a reference where it is borrowed.
template <class Manager>
class async_stacked_manager final : public async_stacked_exit {
 public:
  explicit async_stacked_manager(Manager&& entering) : managed(std::forward<Manager>(entering)) {}
  task<bool> leave(std::exception_ptr error) override {
    return leave_async(managed, std::move(error));
  }

  Manager managed;
};

/// Makes a manager's exit of a function of an exception_ptr.
template <class Function>
struct exit_function {
  auto exit(const std::exception_ptr& error) { return std::invoke(function, error); }
  Function function;
};

}  // namespace detail

/// Collects managers and functions, plain ones and such as wait, and leaves them last in, first
/// out. A manager for async_with itself.
///
/// As with nested `async_with`, each sees the error that is there when its turn comes: it may
/// swallow it, or throw another in its place, and those below it see that.
///
/// Lifetime: leave it by `async_with` or `close()` before its end (asserted): a destructor cannot
///           wait.
/// Source:   `contextlib.AsyncExitStack`.
class async_exit_stack {
 public:
  async_exit_stack() = default;
  async_exit_stack(async_exit_stack&& other) noexcept = default;
  async_exit_stack& operator=(async_exit_stack&&) = delete;  // would have to leave what it holds
  ~async_exit_stack() {
    PIRN_ASSERT(exits_.empty(), "an async_exit_stack is left by async_with or close()");
  }

  async_exit_stack& enter() noexcept { return *this; }

  /// Leaves everything. Gives: whether `error` was swallowed.
  task<bool> exit(std::exception_ptr error);

  /// Leaves everything now, without an error.
  task<> close();

  bool empty() const noexcept { return exits_.empty(); }

  /// Enters a manager of either kind, to be left with the stack. An lvalue is borrowed. If enter()
  /// throws, the stack is unchanged. Gives: what enter() gave.
  template <class Manager>
    requires async_manager<std::remove_reference_t<Manager>>
  auto enter_context(Manager&& entering) {
    static_assert(detail::manager_survives<Manager>, "give the manager a name, or a constructor");
    return enter_stacked(
        std::make_unique<detail::async_stacked_manager<Manager>>(std::forward<Manager>(entering)));
  }

  /// Adds a manager that was entered elsewhere (an lvalue is borrowed), or a function of an
  /// exception_ptr that gives nothing, or true to swallow the error; it may be a task.
  template <class Exit>
  void push(Exit&& exit) {
    if constexpr (requires(std::exception_ptr error) { exit.exit(error); }) {
      using stacked = detail::async_stacked_manager<Exit>;
      exits_.push_back(std::make_unique<stacked>(std::forward<Exit>(exit)));
    } else {
      using function = detail::exit_function<std::decay_t<Exit>>;
      using stacked = detail::async_stacked_manager<function>;
      exits_.push_back(std::make_unique<stacked>(function{std::forward<Exit>(exit)}));
    }
  }

  /// Calls `function(args...)`, which may be a task, when its turn comes, whether there is an error
  /// or not. Both are copied or moved in; `std::ref` passes a reference.
  template <class Function, class... Args>
  void callback(Function&& function, Args&&... args) {
    push([function = std::decay_t<Function>(std::forward<Function>(function)),
          arguments = std::make_tuple(std::forward<Args>(args)...)](
             const std::exception_ptr&) mutable -> task<> {
      auto call = [&]() -> decltype(auto) {
        return std::apply(std::move(function), std::move(arguments));
      };
      co_await detail::await_body(call);
    });
  }

  /// Moves everything into a new stack: what this one guarded is no longer left with it.
  [[nodiscard]] async_exit_stack pop_all() noexcept { return std::move(*this); }

 private:
  template <class Stacked>
  auto enter_stacked(std::unique_ptr<Stacked> entry)
      -> task<detail::awaited_t<decltype(entry->managed.enter())>> {
    if (exits_.size() == exits_.capacity()) {
      exits_.reserve(2 * exits_.size() + 1);  // so that what was entered is kept without fail
    }
    using entering = decltype(entry->managed.enter());
    if constexpr (!task_awaitable<entering>) {
      if constexpr (std::is_void_v<entering>) {
        entry->managed.enter();
        exits_.push_back(std::move(entry));
      } else {
        decltype(auto) entered = entry->managed.enter();
        exits_.push_back(std::move(entry));
        co_return std::forward<entering>(entered);
      }
    } else if constexpr (std::is_void_v<await_result_t<entering>>) {
      co_await entry->managed.enter();
      exits_.push_back(std::move(entry));
    } else {
      decltype(auto) entered = co_await entry->managed.enter();
      exits_.push_back(std::move(entry));
      co_return std::forward<await_result_t<entering>>(entered);
    }
  }

  std::vector<std::unique_ptr<detail::async_stacked_exit>> exits_;
};

}  // namespace pirn
