// async_context: context managers whose enter, exit or body wait: Python's `async with`.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/core/async_generator.hpp"
#include "pirn/core/context.hpp"
#include "pirn/core/generator_context.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/core/within.hpp"

namespace pirn {

namespace detail {

/// Whether a manager may be given to an awaiting expression as a temporary on this compiler: GCC
/// before 13 destroys aggregates there twice (PR99576).
template <class Manager>
inline constexpr bool manager_survives =
    !closure_temporaries_break || std::is_lvalue_reference_v<Manager> ||
    !std::is_aggregate_v<Manager> || std::is_trivially_destructible_v<Manager>;

template <class Given>
struct awaited {
  using type = Given;
};
template <task_awaitable Given>
struct awaited<Given> {
  using type = await_result_t<Given>;
};
/// What a call's result is once it has been awaited, if it is to be awaited.
template <class Given>
using awaited_t = typename awaited<Given>::type;

}  // namespace detail

/// As `manager`, but `enter()` and `exit(error)` may give tasks or other things to await. Every
/// manager is one too.
///
/// Source: Python's `__aenter__` and `__aexit__`.
template <class Type>
concept async_manager = requires(Type& managed, std::exception_ptr error) {
  managed.enter();
  managed.exit(error);
  requires std::is_void_v<detail::awaited_t<decltype(managed.exit(error))>> ||
               std::convertible_to<detail::awaited_t<decltype(managed.exit(error))>, bool>;
};

/// May swallow the body's error, so that an `async_with` may end without a value.
template <class Type>
concept swallowing_async_manager =
    async_manager<Type> && requires(Type& managed, std::exception_ptr error) {
      requires std::convertible_to<detail::awaited_t<decltype(managed.exit(error))>, bool>;
    };

namespace detail {

// A plain exit handles the error inside a handler of it, as `with` has it.
template <class Manager>
bool leave_plain(Manager& managed, const std::exception_ptr& error) {
  if (rehandles_errors<Manager> || error == nullptr) return leave(managed, error);
  try {
    std::rethrow_exception(error);
  } catch (...) {
    return leave(managed, std::current_exception());
  }
}

template <class Manager>
task<bool> leave_async(Manager& managed, std::exception_ptr error) {
  using given = decltype(managed.exit(error));
  if constexpr (!task_awaitable<given>) {
    co_return leave_plain(managed, error);
  } else if constexpr (std::is_void_v<await_result_t<given>>) {
    co_await managed.exit(error);
    co_return false;
  } else {
    bool swallowed = co_await managed.exit(error);
    co_return swallowed;
  }
}

/// Calls a body and awaits what it gives, if that is to be awaited.
template <class Body, class... Entered>
task<awaited_t<std::invoke_result_t<Body&, Entered...>>> await_body(Body& body,
                                                                    Entered&&... entered) {
  if constexpr (task_awaitable<std::invoke_result_t<Body&, Entered...>>) {
    co_return co_await std::invoke(body, std::forward<Entered>(entered)...);
  } else {
    co_return std::invoke(body, std::forward<Entered>(entered)...);
  }
}
template <class Body, class Value>
auto await_body_with(Body& body, Value& entered) {
  if constexpr (std::invocable<Body&, Value&>) {
    return await_body(body, entered);
  } else if constexpr (std::invocable<Body&, Value>) {
    return await_body(body, std::move(entered));
  } else {
    return await_body(body);
  }
}

template <class Manager, class T>
using async_with_result_t = typename with_result<T, swallowing_async_manager<Manager>>::type;

template <class Result, class T>
Result with_result_of(outcome<T>& ended) {
  if constexpr (std::is_reference_v<T> && !std::is_reference_v<Result>) {
    return std::addressof(ended.take());
  } else {
    return Result(ended.take());
  }
}

/// Runs `work`, and then leaves `managed` out of reach of cancellation, for at most `grace`.
template <class Manager, class T>
task<async_with_result_t<Manager, T>> run_entered_async(Manager& managed, task<T> work,
                                                        duration grace) {
  using result = async_with_result_t<Manager, T>;
  outcome<T> ended;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      ended.set_value();
    } else {
      decltype(auto) value = co_await std::move(work);
      ended.set_value(std::forward<T>(value));
    }
  } catch (...) {
    ended.set_error(std::current_exception());
  }
  cancel_scope keep(scope_options{.deadline = from_now(grace), .shield = true});
  std::optional<bool> swallowed = co_await run_within(keep, leave_async(managed, ended.error()));
  if constexpr (swallowing_async_manager<Manager>) {
    if (ended.has_error() && swallowed.value_or(false)) co_return result();
  }
  co_return with_result_of<result>(ended);
}

template <class Manager, class Body,
          class Entered = awaited_t<decltype(std::declval<Manager&>().enter())>>
struct body_task {
  using type = decltype(await_body_with(std::declval<Body&>(),
                                        std::declval<std::remove_reference_t<Entered>&>()));
};
template <class Manager, class Body>
struct body_task<Manager, Body, void> {
  using type = decltype(await_body(std::declval<Body&>()));
};
template <class Manager, class Body>
using body_value_t = task_value_t<typename body_task<Manager, Body>::type>;

/// `Manager` is a reference where it is borrowed.
template <class Manager, class Body>
task<async_with_result_t<std::remove_reference_t<Manager>, body_value_t<Manager, Body>>>
run_async_with(Manager managed, Body body, duration grace) {
  using entering = decltype(managed.enter());
  if constexpr (std::is_void_v<awaited_t<entering>>) {
    if constexpr (task_awaitable<entering>) {
      co_await managed.enter();
    } else {
      managed.enter();
    }
    co_return co_await run_entered_async(managed, await_body(body), grace);
  } else if constexpr (task_awaitable<entering>) {
    decltype(auto) entered = co_await managed.enter();
    co_return co_await run_entered_async(managed, await_body_with(body, entered), grace);
  } else {
    decltype(auto) entered = managed.enter();
    co_return co_await run_entered_async(managed, await_body_with(body, entered), grace);
  }
}

}  // namespace detail

/// Enters `manager`, calls `body` with what `enter()` gave (or without it), and exits, whatever
/// `body` does; each of them may be a task or a plain function. If `enter()` throws, neither runs.
///
/// Returns: what `body` gives; where the manager may swallow errors, an optional of it (a pointer
///          to what it refers to), empty after an error that was swallowed.
/// Throws:  what `body` throws unless the manager swallows it; what the manager throws.
/// Cancel:  reaches `enter()` and `body`; `exit()` runs shielded, for at most `grace`.
/// Lifetime: a manager given as an lvalue is borrowed.
/// Source:  Python's `async with` statement.
/// Example: examples/24_cancellation.cpp
template <class Manager, class Body>
  requires async_manager<std::remove_reference_t<Manager>>
auto async_with(Manager&& manager, Body&& body, duration grace = duration::max()) {
  static_assert(detail::callable_survives<Body>, PIRN_CLOSURE_ADVICE);
  static_assert(detail::manager_survives<Manager>, "give the manager a name, or a constructor");
  return detail::run_async_with<Manager, std::decay_t<Body>>(std::forward<Manager>(manager),
                                                             std::forward<Body>(body), grace);
}

/// Awaits an object's `close()` at exit; enter() gives the object. An lvalue is borrowed.
/// Source: `contextlib.aclosing`.
template <class Object>
class async_closing {
 public:
  explicit async_closing(Object&& object) : object_(std::forward<Object>(object)) {}
  std::remove_reference_t<Object>& enter() noexcept { return object_; }
  auto exit(const std::exception_ptr&) { return object_.close(); }

 private:
  Object object_;
};
template <class Object>
async_closing(Object&&) -> async_closing<Object>;

/// What a function made by async_context_manager() returns: enter() runs the generator to its
/// co_yield and gives what it yields; exit() runs it to its end. To be entered once.
///
/// An error of the body is raised at the co_yield. The generator swallows it by returning, or lets
/// it pass, or throws another. What it entered before its co_yield (a cancel scope, say) it must
/// have left there: exit() runs inside a shield.
/// Throws: generator_context_error when it does not yield exactly once.
///
/// `Closure` keeps the function object whose captures the generator uses.
template <class Generator, class Closure = nothing_t>
class async_generator_context {
  using value_type = typename Generator::value_type;
  static constexpr bool yields_nothing = std::is_same_v<value_type, nothing_t>;
  using entered_type = std::conditional_t<yields_nothing, void, value_type&>;

 public:
  explicit async_generator_context(Generator generator, Closure closure = {})
      : closure_(std::move(closure)), generator_(std::move(generator)) {}

  task<entered_type> enter() {
    entered_ = co_await generator_.next();
    if (!entered_) detail::throw_did_not_yield();
    if constexpr (!yields_nothing) co_return *entered_;
  }

  task<bool> exit(std::exception_ptr error) {
    if (error == nullptr) {
      std::optional<value_type> again = co_await generator_.next();
      if (again) detail::throw_did_not_stop(false);
      co_return false;
    }
    try {
      std::optional<value_type> again = co_await generator_.throw_in(error);
      if (!again) co_return true;
    } catch (...) {
      if (std::current_exception() == error) co_return false;  // it passed through
      throw;
    }
    detail::throw_did_not_stop(true);
  }

 private:
  [[no_unique_address]] Closure closure_;
  Generator generator_;
  std::optional<value_type> entered_;
};

/// Makes managers out of an async generator function: `auto open =
/// async_context_manager(function)`, then `co_await async_with(open(args...), body)`. What stands
/// before its co_yield is the way in, what stands after it the way out, which may await after an
/// error, too.
///
/// Source: `contextlib.asynccontextmanager`.
template <class Function>
auto async_context_manager(Function function) {
  return [function = std::move(function)]<class... Args>(Args&&... args) {
    using generator = std::invoke_result_t<const Function&, Args...>;
    if constexpr (std::is_empty_v<Function> || !std::is_class_v<Function>) {
      return async_generator_context<generator>(std::invoke(function, std::forward<Args>(args)...));
    } else {
      auto closure = std::make_unique<const Function>(function);
      generator made = std::invoke(*closure, std::forward<Args>(args)...);
      return async_generator_context<generator, std::unique_ptr<const Function>>(
          std::move(made), std::move(closure));
    }
  };
}

/// A function whose every call is a task that happens `async_with` a manager. See
/// async_decorated().
template <class Source, class Function>
class async_decorated_function {
 public:
  async_decorated_function(Source source, Function function)
      : source_(std::move(source)), function_(std::move(function)) {}

  /// Lifetime: this object outlives the task. The arguments are copied or moved into it.
  template <class... Args>
  auto operator()(Args&&... args) {
    return call<std::decay_t<Args>...>(std::forward<Args>(args)...);
  }

  /// The function inside, as Python's `__wrapped__`.
  Function& wrapped() noexcept { return function_; }

 private:
  template <class... Args>
  using value_t = detail::awaited_t<std::invoke_result_t<Function&, Args...>>;
  using manager_t = std::invoke_result_t<Source&>;

  template <class... Args>
  task<detail::async_with_result_t<manager_t, value_t<Args...>>> call(Args... args) {
    auto body = [&]() -> decltype(auto) { return std::invoke(function_, std::move(args)...); };
    co_return co_await async_with(source_(), body);
  }

  Source source_;
  Function function_;
};

/// `function` made to run `async_with` a manager that `source()` makes for each call. What enter()
/// gives is not passed on.
///
/// Source: `contextlib.AsyncContextDecorator`.
template <class Source, class Function>
auto async_decorated(Source source, Function function) {
  return async_decorated_function<Source, Function>(std::move(source), std::move(function));
}

}  // namespace pirn
