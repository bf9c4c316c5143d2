// generator_context: a context manager written as a generator with one co_yield.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "pirn/core/context.hpp"
#include "pirn/core/generator.hpp"

namespace pirn {

/// A generator behind a manager did not yield once: not at all, or again after its one co_yield.
class generator_context_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

[[noreturn]] void throw_did_not_yield();
[[noreturn]] void throw_did_not_stop(bool after_error);

}  // namespace detail

/// What a function made by context_manager() returns: enter() runs the generator to its co_yield
/// and gives what it yields; exit() runs it to its end. To be entered once.
///
/// An error of the body is raised at the co_yield. The generator swallows it by returning, or lets
/// it pass, or throws another.
/// Throws: generator_context_error when it does not yield exactly once.
///
/// `Closure` keeps the function object whose captures the generator uses.
template <class Generator, class Closure = nothing_t>
class generator_context {
  using yield_type = typename Generator::yield_type;
  using step_type = typename Generator::step_type;

 public:
  explicit generator_context(Generator generator, Closure closure = {})
      : closure_(std::move(closure)), generator_(std::move(generator)) {}

  decltype(auto) enter() {
    entered_.emplace(generator_.next());
    if (!*entered_) detail::throw_did_not_yield();
    if constexpr (std::is_reference_v<yield_type>) {
      return static_cast<yield_type>(**entered_);
    } else if constexpr (!std::is_same_v<yield_type, nothing_t>) {
      return (**entered_);
    }
  }

  bool exit(const std::exception_ptr& error) {
    if (error == nullptr) {
      if (generator_.next()) detail::throw_did_not_stop(false);
      return false;
    }
    try {
      if (!generator_.throw_in(error)) return true;
    } catch (...) {
      if (std::current_exception() == error) return false;  // it passed through
      throw;
    }
    detail::throw_did_not_stop(true);
  }

 private:
  [[no_unique_address]] Closure closure_;
  Generator generator_;
  std::optional<step_type> entered_;
};

/// Makes managers out of a generator function: `auto open = context_manager(function)`, then
/// `with(open(args...), body)`. What stands before its co_yield is the way in, what stands after it
/// the way out; use scope_exit (or catch) around the co_yield for what must happen on errors too.
///
/// Source:  `contextlib.contextmanager`.
/// Example: examples/13_looking_glass.cpp
template <class Function>
auto context_manager(Function function) {
  return [function = std::move(function)]<class... Args>(Args&&... args) {
    using generator = std::invoke_result_t<const Function&, Args...>;
    if constexpr (std::is_empty_v<Function> || !std::is_class_v<Function>) {
      return generator_context<generator>(std::invoke(function, std::forward<Args>(args)...));
    } else {
      auto closure = std::make_unique<const Function>(function);
      generator made = std::invoke(*closure, std::forward<Args>(args)...);
      return generator_context<generator, std::unique_ptr<const Function>>(std::move(made),
                                                                           std::move(closure));
    }
  };
}

}  // namespace pirn
