// async_generator: a coroutine that yields values and may wait in between.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <source_location>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/frame.hpp"

namespace pirn {

/// A coroutine that `co_yield`s values of T, may `co_await`, and is consumed one value at a time:
///   while (auto line = co_await lines.next()) use(*line);   // on GCC 12: await into a local first
///
/// It runs as part of the task that awaits `next()`, by symmetric transfer, and stands still in
/// between.
///
/// `co_yield value` copies an lvalue and moves an rvalue.
///
/// Cancel:   of the consumer reaches the generator at its present wait; after that it has ended.
/// Lifetime: the handle owns the frame; destroying it while it stands at a co_yield runs its
///           destructors. Clean-up that awaits does not run then: consume it to its end, or end it
///           with `throw_in`.
/// Source:   PEP 525.
template <class T>
class [[nodiscard("an async_generator does nothing until it is consumed")]] async_generator {
  static_assert(std::is_object_v<T>,
                "an async_generator yields values; for references use pointers");

 public:
  using value_type = T;
  class promise_type;
  using handle = std::coroutine_handle<promise_type>;

  async_generator(async_generator&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  async_generator& operator=(async_generator&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~async_generator() {
    if (!frame_) return;
    PIRN_ASSERT(!frame_.promise().running_, "an async_generator is destroyed while it runs");
    frame_.destroy();
  }

  /// Runs the generator to its next co_yield. Gives the value; nullopt when it has returned, then
  /// and ever after.
  /// Throws: what the generator throws, once.
  class [[nodiscard]] step {
   public:
    explicit step(handle frame, std::exception_ptr error = nullptr) noexcept
        : frame_(frame), error_(std::move(error)) {}
    class awaiter;
    awaiter awaited_by(frame_base&) noexcept { return awaiter(frame_, std::move(error_)); }

   private:
    handle frame_;
    std::exception_ptr error_;
  };
  step next() noexcept { return step(frame_); }

  /// Raises `error` at the co_yield where the generator stands, and runs it to its next one. Before
  /// its first step, and after its end, `error` comes straight back and the generator has ended.
  /// Source: `agen.athrow()`.
  step throw_in(std::exception_ptr error) noexcept { return step(frame_, std::move(error)); }

 private:
  explicit async_generator(handle frame) noexcept : frame_(frame) {}
  handle frame_;
};

template <class T>
class async_generator<T>::promise_type final : public frame_base {
  // Control goes to the consumer, at a yield and at the end.
  struct to_consumer {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle frame) const noexcept {
      frame.promise().running_ = false;
      return frame.promise().back_to_caller();
    }
    void await_resume() const noexcept {}
  };
  struct at_yield : to_consumer {
    explicit at_yield(promise_type& yielding) noexcept : promise(yielding) {}
    void await_resume() const { promise.rethrow_error(); }
    promise_type& promise;
  };
  struct at_start : std::suspend_always {
    explicit at_start(promise_type& starting) noexcept : promise(starting) {}
    void await_resume() const { promise.rethrow_error(); }
    promise_type& promise;
  };

 public:
  explicit promise_type(std::source_location where = std::source_location::current()) noexcept
      : frame_base(where) {}

  async_generator get_return_object() noexcept {
    return async_generator(handle::from_promise(*this));
  }
  at_start initial_suspend() noexcept { return at_start(*this); }
  to_consumer final_suspend() const noexcept { return {}; }
  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  at_yield yield_value(U&& value) {
    value_.emplace(std::forward<U>(value));
    return at_yield(*this);
  }
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

 private:
  friend async_generator;
  friend class step::awaiter;

  void rethrow_error() {
    if (error_) [[unlikely]]
      std::rethrow_exception(std::exchange(error_, nullptr));
  }

  std::optional<T> value_;    // what was yielded, until the consumer has it
  std::exception_ptr error_;  // on the way in, or out
  bool running_ = false;
};

template <class T>
class async_generator<T>::step::awaiter {
 public:
  awaiter(handle frame, std::exception_ptr error) noexcept
      : frame_(frame), error_(std::move(error)) {}

  bool await_ready() noexcept {
    if (!frame_ || frame_.done()) return true;
    PIRN_ASSERT(!frame_.promise().running_, "an async_generator has one consumer at a time");
    return false;
  }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> consumer) noexcept {
    promise_type& promise = frame_.promise();
    promise.error_ = std::move(error_);
    promise.running_ = true;
    frame_base::call(frame_, consumer);
    return frame_;
  }
  std::optional<T> await_resume() {
    if (error_) std::rethrow_exception(error_);
    if (!frame_) return std::nullopt;
    promise_type& promise = frame_.promise();
    promise.rethrow_error();
    return std::exchange(promise.value_, std::nullopt);
  }

 private:
  handle frame_;
  std::exception_ptr error_;
};

}  // namespace pirn
