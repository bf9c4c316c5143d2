// generator: a function that yields values one by one, and can be sent values and exceptions.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "pirn/base/compiler.hpp"
#include "pirn/core/generator_error.hpp"
#include "pirn/core/generator_frame.hpp"
#include "pirn/core/generator_promise.hpp"

namespace pirn {

namespace detail {

/// Lets `from` reach into a generator.
struct generator_access {
  template <class Generator>
  static generator_source<typename Generator::promise_type> borrow(Generator& sub) noexcept {
    return {sub.promise_, false};
  }
  template <class Generator>
  static generator_source<typename Generator::promise_type> take(Generator&& sub) noexcept {
    return {std::exchange(sub.promise_, nullptr), true};
  }
};

}  // namespace detail

/// What a generator yields that only consumes: `co_yield nothing`, Python's bare `yield`.
struct nothing_t {};
inline constexpr nothing_t nothing;

/// The cursor of a range-for over a generator.
template <class Yield, class Send, class Return>
class generator_iterator {
 public:
  using value_type = std::remove_cvref_t<Yield>;
  using reference = std::add_rvalue_reference_t<Yield>;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::input_iterator_tag;

  explicit generator_iterator(detail::generator_promise<Yield, Send, Return>* promise) noexcept
      : promise_(promise) {}
  generator_iterator(generator_iterator&&) = default;
  generator_iterator& operator=(generator_iterator&&) = default;

  reference operator*() const noexcept {
    return static_cast<reference>(
        *static_cast<std::remove_reference_t<Yield>*>(promise_->yielded()));
  }
  generator_iterator& operator++() {
    static_cast<void>(promise_->advance());
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const generator_iterator& it, std::default_sentinel_t) noexcept {
    return it.promise_ == nullptr || !it.promise_->is_ready();
  }

 private:
  detail::generator_promise<Yield, Send, Return>* promise_;
};

/// A coroutine that stops at each `co_yield` until its caller wants the next value.
///
/// `Yield` is what it yields: a value (move-only too), or a reference, which is passed through. A
/// yielded reference is good until the generator is resumed.
/// `Send` is what `co_yield` evaluates to. An optional or a pointer is empty after `next()`.
/// `Return` is what it `co_return`s: `result()`, and the value of `co_yield from(...)`.
///
/// It starts suspended; the body first runs at the first `next()`. An exception that leaves the
/// body comes out of the call that resumed it and closes the generator; closed stays closed.
/// Destroying a suspended generator destroys what its body holds; no exception is raised in it.
///
/// Threads: may move between threads, is used by one at a time.
/// Cost:    a step is a few nanoseconds at any depth of delegation; the frame comes from a pool.
/// Source:  Python's generators: PEP 255, 342, 380.
/// Example: examples/10_averager.cpp
template <class Yield, class Send = void, class Return = void>
class [[nodiscard]] generator {
  static_assert(!std::is_void_v<Yield>, "a generator that yields nothing yields pirn::nothing_t");

 public:
  using promise_type = detail::generator_promise<Yield, Send, Return>;
  using yield_type = Yield;
  using send_type = Send;
  using return_type = Return;

  /// What a step gives: an optional; where `Yield` is a reference, a pointer. Empty at the end.
  using step_type = typename detail::generator_step<Yield>::type;

  generator(generator&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  generator& operator=(generator&& other) noexcept {
    generator(std::move(other)).swap(*this);
    return *this;
  }
  ~generator() {
    if (promise_ != nullptr) promise_->destroy();
  }
  void swap(generator& other) noexcept { std::swap(promise_, other.promise_); }

  generator_state state() const noexcept {
    return promise_ != nullptr ? promise_->state() : generator_state::closed;
  }

  /// Runs the body to its next `co_yield`; the first call starts it.
  ///
  /// Returns: the value yielded; empty when the body returned now or was closed before.
  /// Throws:  what the body throws; generator_busy; generator_needs_value.
  /// Source:  `next(generator)`.
  step_type next() {
    if (promise_ == nullptr || !promise_->advance()) return {};
    return yielded();
  }

  /// Makes the `co_yield` at which the body stands evaluate to `value`, then goes on as next().
  ///
  /// Throws:  what the body throws; generator_busy; generator_not_started.
  /// Source:  `generator.send(value)`.
  step_type send(typename promise_type::argument value)
    requires(!std::is_void_v<Send>)
  {
    if (promise_ == nullptr || !promise_->advance_with(value)) return {};
    return yielded();
  }

  /// Raises `error` at the `co_yield` where the innermost delegate stands, then goes on as next().
  /// A generator that has not started or is closed throws `error` at once, and is closed.
  ///
  /// Throws:  `error` unless the body caught it, or what the body throws instead; generator_busy.
  /// Source:  `generator.throw(error)`.
  step_type throw_in(std::exception_ptr error) {
    if (promise_ == nullptr || !promise_->is_ready()) {
      close_at_rest();
      std::rethrow_exception(std::move(error));
    }
    promise_->put_exception(std::move(error));
    if (!promise_->finish_step()) return {};
    return yielded();
  }

  template <class Error>
    requires(!std::same_as<std::remove_cvref_t<Error>, std::exception_ptr>)
  step_type throw_in(Error&& error) {
    return throw_in(std::make_exception_ptr(std::forward<Error>(error)));
  }

  /// Raises generator_exit at the `co_yield` where the body stands, in delegates first. The body
  /// may clean up and return, or let it pass. Does nothing to a closed generator; frees at once one
  /// that has not started.
  ///
  /// Throws:  what the body throws instead; generator_ignored_exit when it yields; generator_busy.
  /// Source:  `generator.close()`.
  void close() {
    if (promise_ == nullptr || !promise_->is_ready()) return close_at_rest();
    promise_->close();
  }

  /// What the body returned.
  ///
  /// Throws:  generator_has_no_result.
  /// Source:  `StopIteration.value`.
  std::add_lvalue_reference_t<Return> result() const {
    if (promise_ == nullptr || !promise_->has_result()) throw generator_has_no_result();
    return promise_->result();
  }

  /// Advances, then iterates over what is left. One pass; `*it` may be moved from.
  generator_iterator<Yield, Send, Return> begin()
    requires detail::sends_nothing<Send>
  {
    if (promise_ != nullptr) static_cast<void>(promise_->advance());
    return generator_iterator<Yield, Send, Return>(promise_);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend promise_type;
  friend detail::generator_access;

  explicit generator(promise_type* promise) noexcept : promise_(promise) {}

  // What throw_in() and close() do to a generator that is not suspended.
  void close_at_rest() {
    if (promise_ == nullptr) return;
    promise_->check_idle();
    if (promise_->is_created()) std::exchange(promise_, nullptr)->destroy();
  }

  step_type yielded() {
    auto* value = static_cast<std::remove_reference_t<Yield>*>(promise_->yielded());
    if constexpr (std::is_reference_v<Yield>) {
      return value;
    } else {
      return step_type(std::move(*value));
    }
  }

  promise_type* promise_;
};

/// `co_yield from(sub)` runs `sub` in the delegator's place until it ends: what it yields goes to
/// the caller, what the caller sends or throws in goes to it. The expression's value is what `sub`
/// returned; what it threw is thrown. A value sent while `sub` takes none raises
/// generator_takes_no_value. close() reaches `sub` first, then raises generator_exit here.
///
/// An lvalue is borrowed: it must outlive the delegation (asserted), and nobody else may step it
/// meanwhile (generator_busy). `sub` yields the same type, and is sent the same type or nothing.
///
/// Cost:    O(1), and so is each step through any number of delegations.
/// Source:  PEP 380, `yield from sub`.
/// Example: examples/11_grouper.cpp
template <class Yield, class Send, class Return>
[[nodiscard]] auto from(generator<Yield, Send, Return>& sub) noexcept {
  return detail::generator_access::borrow(sub);
}
template <class Yield, class Send, class Return>
[[nodiscard]] auto from(generator<Yield, Send, Return>&& sub) noexcept {
  return detail::generator_access::take(std::move(sub));
}

/// `co_yield from(range)` yields each element; an lvalue range is borrowed.
template <std::ranges::input_range Range>
[[nodiscard]] auto from(Range&& range) {
  return detail::range_source<std::views::all_t<Range>>(
      std::views::all(std::forward<Range>(range)));
}

/// A generator made by `function(args...)` that has run to its first `co_yield` and can be sent to.
///
/// Throws: what the body throws before it yields.
template <class Function, class... Args>
auto primed(Function&& function, Args&&... args) {
  using closure = std::remove_reference_t<Function>;
  static_assert(
      std::is_lvalue_reference_v<Function> || !std::is_class_v<closure> || std::is_empty_v<closure>,
      "a generator uses the captures of its lambda, and this lambda dies now: name it, or "
      "pass what it needs as arguments");
  auto started = std::invoke(std::forward<Function>(function), std::forward<Args>(args)...);
  static_cast<void>(started.next());
  return started;
}

namespace detail {

// A delegate of its own, so that a range needs no rules beside those of a generator.
template <class Yield, class View>
generator<Yield> elements_of(View view) {
  for (auto&& element : view) {
    if constexpr (std::is_reference_v<Yield>) {
      co_yield static_cast<Yield>(element);
    } else if constexpr (owns_elements<View>) {
      Yield value(std::move(element));
      co_yield std::move(value);
    } else {
      Yield value(std::forward<decltype(element)>(element));
      co_yield std::move(value);
    }
  }
}

}  // namespace detail

}  // namespace pirn
