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
/// Cancel:   of the consumer reaches the generator at its present wait; after that it has ended.
/// Lifetime: the handle owns the frame; destroying it while it stands at a co_yield runs its
/// destructors (clean-up that
///           awaits does not run: finish it by consuming it to the end).
/// Source:   PEP 525.
template <class T>
class [[nodiscard]] async_generator {
 public:
  class promise_type;
  using handle = std::coroutine_handle<promise_type>;

  async_generator(async_generator&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  async_generator& operator=(async_generator&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~async_generator() {
    if (frame_) frame_.destroy();
  }

  /// Runs the generator to its next co_yield. Gives the value; nullopt when it has returned, then
  /// and ever after. Throws: what the generator throws, once.
  class next_step {
   public:
    explicit next_step(handle frame) noexcept : frame_(frame) {}
    class awaiter;
    awaiter awaited_by(frame_base& caller) const noexcept { return awaiter(caller, frame_); }

   private:
    handle frame_;
  };
  next_step next() noexcept { return next_step(frame_); }

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
      return frame.promise().continuation_;
    }
    void await_resume() const noexcept {}
  };

 public:
  explicit promise_type(std::source_location where = std::source_location::current()) noexcept
      : frame_base(where) {}

  async_generator get_return_object() noexcept {
    return async_generator(handle::from_promise(*this));
  }
  to_consumer final_suspend() const noexcept { return {}; }
  to_consumer yield_value(T& value) noexcept {
    value_ = std::addressof(value);
    return {};
  }
  to_consumer yield_value(T&& value) noexcept { return yield_value(value); }
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

 private:
  friend class next_step::awaiter;
  T* value_ = nullptr;  // in the yielding expression, which stands still until the next step
  std::exception_ptr error_;
  bool running_ = false;
};

template <class T>
class async_generator<T>::next_step::awaiter {
 public:
  awaiter(frame_base& caller, handle frame) noexcept : caller_(caller), frame_(frame) {}

  bool await_ready() const noexcept { return !frame_ || frame_.done(); }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> consumer) const noexcept {
    promise_type& promise = frame_.promise();
    PIRN_ASSERT(!promise.running_, "an async_generator has one consumer at a time");
    promise.running_ = true;
    promise.value_ = nullptr;
    promise.call_from(caller_, consumer);
    return frame_;
  }
  std::optional<T> await_resume() const {
    if (!frame_) return std::nullopt;
    promise_type& promise = frame_.promise();
    if (promise.error_) std::rethrow_exception(std::exchange(promise.error_, nullptr));
    if (frame_.done()) return std::nullopt;
    return std::optional<T>(std::move(*promise.value_));
  }

 private:
  frame_base& caller_;
  handle frame_;
};

}  // namespace pirn
