// context: what must be undone, undone: Python's `with` and the managers of contextlib.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <streambuf>
#include <type_traits>
#include <utility>
#include <vector>

namespace pirn {

/// Sets something up in `enter()` and undoes it in `exit(error)`, where `error` is null when the
/// body returned. `exit` returns void, or true to swallow the error; it may throw another instead.
///
/// While `exit` handles an error it runs inside a handler of it, so that `std::throw_with_nested`
/// keeps it, as Python's `raise ... from` does.
/// Source: Python's `__enter__` and `__exit__`.
template <class Type>
concept manager = requires(Type& managed, std::exception_ptr error) {
  managed.enter();
  managed.exit(error);
  requires std::is_void_v<decltype(managed.exit(error))> ||
               std::convertible_to<decltype(managed.exit(error)), bool>;
};

/// May swallow the body's error, so that a `with` may end without a value.
template <class Type>
concept swallowing_manager = manager<Type> && requires(Type& managed, std::exception_ptr error) {
  { managed.exit(error) } -> std::convertible_to<bool>;
};

namespace detail {

/// What `with` returns: the body's result; an optional (a pointer for a reference) if the manager
/// may swallow errors.
template <class Result, bool Swallows>
struct with_result {
  using type = std::conditional_t<Swallows, std::optional<Result>, Result>;
};
template <class Result, bool Swallows>
  requires std::is_reference_v<Result>
struct with_result<Result, Swallows> {
  using type = std::conditional_t<Swallows, std::remove_reference_t<Result>*, Result>;
};
template <class Result, bool Swallows>
  requires std::is_void_v<Result>
struct with_result<Result, Swallows> {
  using type = void;
};

template <class Manager>
bool leave(Manager& managed, const std::exception_ptr& error) {
  if constexpr (std::is_void_v<decltype(managed.exit(error))>) {
    managed.exit(error);
    return false;
  } else {
    return managed.exit(error);
  }
}

/// Brings its managers into a handler of the error themselves: an exit_stack, where an error that
/// one swallowed must not nest with what the next throws.
template <class Manager>
concept rehandles_errors = requires { typename Manager::rehandles_errors; };

// Calls `body()` and leaves `managed` after it. An error that is swallowed ends it quietly.
template <class Manager, class Body>
void run_entered(Manager& managed, Body body) {
  std::exception_ptr error;
  try {
    body();
  } catch (...) {
    if constexpr (!rehandles_errors<Manager>) {
      if (!leave(managed, std::current_exception())) throw;
      return;
    }
    error = std::current_exception();
  }
  if (!leave(managed, error) && error) std::rethrow_exception(error);
}

// The same with the result of `body()`.
template <class Manager, class Body, class Result = std::invoke_result_t<Body&>>
auto result_entered(Manager& managed, Body body) ->
    typename with_result<Result, swallowing_manager<Manager>>::type {
  if constexpr (std::is_void_v<Result>) {
    run_entered(managed, body);
  } else if constexpr (std::is_reference_v<Result>) {
    std::remove_reference_t<Result>* result = nullptr;
    run_entered(managed, [&] { result = std::addressof(body()); });
    if constexpr (swallowing_manager<Manager>) {
      return result;
    } else {
      return static_cast<Result>(*result);
    }
  } else {
    std::optional<Result> result;
    run_entered(managed, [&] { result.emplace(body()); });
    if constexpr (swallowing_manager<Manager>) {
      return result;
    } else {
      return std::move(*result);
    }
  }
}

template <class Error>
bool holds(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace detail

/// Enters `manager`, calls `body` with what `enter()` returned (or without it), and exits,
/// whatever `body` does. If `enter()` throws, neither runs.
///
/// Returns: what `body` returns; where the manager may swallow errors, an optional of it (a pointer
///          to what it refers to), empty after an error that was swallowed.
/// Throws:  what `body` throws unless the manager swallows it; what the manager throws.
/// Source:  Python's `with` statement.
/// Example: examples/13_looking_glass.cpp
template <class Manager, class Body>
  requires manager<std::remove_reference_t<Manager>>
decltype(auto) with(Manager&& manager, Body&& body) {
  if constexpr (std::is_void_v<decltype(manager.enter())>) {
    manager.enter();
    return detail::result_entered(manager, [&]() -> decltype(auto) { return std::invoke(body); });
  } else {
    auto&& entered = manager.enter();
    using value = std::remove_reference_t<decltype(entered)>;
    return detail::result_entered(manager, [&]() -> decltype(auto) {
      if constexpr (std::invocable<Body&, value&>) {
        return std::invoke(body, entered);
      } else if constexpr (std::invocable<Body&, value>) {
        return std::invoke(body, std::move(entered));
      } else {
        return std::invoke(body);
      }
    });
  }
}

/// Calls `close()` of an object at exit; enter() gives the object. An lvalue is borrowed.
/// Source: `contextlib.closing`.
template <class Object>
class closing {
 public:
  explicit closing(Object&& object) : object_(std::forward<Object>(object)) {}
  std::remove_reference_t<Object>& enter() noexcept { return object_; }
  void exit(const std::exception_ptr&) { object_.close(); }

 private:
  Object object_;
};
template <class Object>
closing(Object&&) -> closing<Object>;

/// Swallows errors of these types and of types derived from them.
/// Source: `contextlib.suppress`.
template <class... Errors>
class suppress {
 public:
  void enter() const noexcept {}
  bool exit(const std::exception_ptr& error) const {
    return error != nullptr && (detail::holds<Errors>(error) || ...);
  }
};

/// Does nothing; enter() gives the value it was made with, if any. An lvalue is borrowed.
/// Source: `contextlib.nullcontext`.
template <class Value = void>
class nullcontext {
 public:
  explicit nullcontext(Value&& value) : value_(std::forward<Value>(value)) {}
  std::remove_reference_t<Value>& enter() noexcept { return value_; }
  void exit(const std::exception_ptr&) const noexcept {}

 private:
  Value value_;
};
template <>
class nullcontext<void> {
 public:
  void enter() const noexcept {}
  void exit(const std::exception_ptr&) const noexcept {}
};
nullcontext() -> nullcontext<>;
template <class Value>
nullcontext(Value&&) -> nullcontext<Value>;

/// Sends what is written to `stream` into `target` until exit; enter() gives `target`. May be
/// entered again, also while it is entered.
///
/// Lifetime: both outlive it. Streams are redirected by their buffers; formatting flags stay.
/// Source:   `contextlib.redirect_stdout`.
class redirect_output {
 public:
  redirect_output(std::ostream& stream, std::ostream& target) : stream_(stream), target_(target) {}
  std::ostream& enter();
  void exit(const std::exception_ptr&);

 private:
  std::ostream& stream_;
  std::ostream& target_;
  std::vector<std::streambuf*> previous_;  // one for each enter without its exit
};

/// A function whose every call happens `with` a manager. See decorated().
template <class Source, class Function>
class decorated_function {
 public:
  decorated_function(Source source, Function function)
      : source_(std::move(source)), function_(std::move(function)) {}

  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    auto call = [&]() -> decltype(auto) {
      return std::invoke(function_, std::forward<Args>(args)...);
    };
    if constexpr (manager<Source>) {
      return with(source_, call);
    } else {
      return with(source_(), call);
    }
  }

  /// The function inside, as Python's `__wrapped__`.
  Function& wrapped() noexcept { return function_; }

 private:
  Source source_;
  Function function_;
};

/// `function` made to run `with` a manager at each call: one that `source()` makes for the call, or
/// `source` itself, used again for each. What enter() gives is not passed on.
///
/// Source: `contextlib.ContextDecorator`.
template <class Source, class Function>
auto decorated(Source source, Function function) {
  return decorated_function<Source, Function>(std::move(source), std::move(function));
}

}  // namespace pirn
