// promise: the side of a future that gives it its result; bridges whatever else there is to
// futures.
#pragma once

#include <exception>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/exec/broken_executor.hpp"
#include "pirn/exec/future.hpp"

namespace pirn {

/// Fulfils a future, once, from any thread. One that is destroyed before fails the future with
/// broken_executor.
///
/// Threads: one at a time; the future's side is free.
/// Cost:    one allocation, shared with the future. Callbacks of the future are called by who keeps
///          the promise.
/// Source:  concurrent.futures.Future's set_result(), set_exception(),
///          set_running_or_notify_cancel().
/// Example: examples/38_promise.cpp
template <class T>
class promise {
 public:
  promise() : state_(new detail::typed_future_state<T>) {}
  promise(promise&&) noexcept = default;
  promise& operator=(promise&& other) noexcept {
    promise(std::move(other)).swap(*this);
    return *this;
  }
  ~promise() {
    if (!state_) return;
    set_exception(std::make_exception_ptr(
        broken_executor("the promise of this future's result was not kept")));
  }

  /// May be called more than once: futures share the state.
  future<T> get_future() const noexcept { return future<T>(detail::share(state())); }

  /// Says that the work begins; from here on the future cannot be cancelled.
  /// Returns: false when it was cancelled: there is nothing to do.
  /// Requires: called once, before the result is set.
  bool begin() noexcept { return begun_ = state().begin(); }

  /// Fulfils the future with a value made of `args`. What was cancelled stays cancelled.
  /// Throws: what making the value throws; the future is running then, and still to be fulfilled.
  template <class... Args>
  void set_value(Args&&... args) {
    if (claim()) {
      state().result.set_value(std::forward<Args>(args)...);
      state().finish();
    }
    state_ = {};
  }
  /// Fails the future. What was cancelled stays cancelled.
  void set_exception(std::exception_ptr error) noexcept {
    if (claim()) {
      state().result.set_error(std::move(error));
      state().finish();
    }
    state_ = {};
  }

 private:
  detail::typed_future_state<T>& state() const noexcept {
    PIRN_ASSERT(state_, "a promise is kept once");
    return *state_;
  }
  bool claim() noexcept { return begun_ || begin(); }
  void swap(promise& other) noexcept {
    std::swap(state_, other.state_);
    std::swap(begun_, other.begun_);
  }

  detail::state_ref<detail::typed_future_state<T>> state_;  // until it is kept
  bool begun_ = false;
};

}  // namespace pirn
