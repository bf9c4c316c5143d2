// call_state: a future's state together with the call that makes its result.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/core/task.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/future_state.hpp"
#include "pirn/exec/is_job.hpp"

namespace pirn::detail {

/// What an executor queues: `fn(args...)` with copies of its own, and the place of the result, in
/// one allocation. The function and the arguments are destroyed when the call has been made, not
/// when the last future is dropped. Executors derive from it what they link into their queues.
template <class T, class Fn, class... Args>
class call_state : public typed_future_state<T> {
 public:
  template <class F, class... A>
  explicit call_state(F&& fn, A&&... args)
      : call_(std::in_place, std::forward<F>(fn), std::forward<A>(args)...) {
    // Said here, and not in a class, which clang would then read no further.
    static_assert(std::invocable<Fn, Args...>,
                  "submit: fn cannot be called with copies of these arguments; std::ref(x) passes "
                  "a reference");
    static_assert(!is_job<T>, "submit: a job runs on a thread_pool, and on nothing else");
    static_assert(!is_task<T>, "submit: a task belongs to a loop: await it there, or write a job");
    static_assert(alignof(call) <= 2 * sizeof(void*),
                  "submit: the function and its arguments are aligned as malloc aligns, no wider: "
                  "pass a std::unique_ptr");
    static_assert(std::is_nothrow_destructible_v<call>,
                  "submit: a destructor of the function or of an argument may throw, to nobody: "
                  "make it noexcept");
  }
  ~call_state() noexcept override { drop_call(); }

  /// Makes the call and ends the future, unless it was cancelled, or begun by a waiter that helps.
  void perform_call() noexcept {
    if (this->begin()) {
      perform_begun();
    } else if (this->status() == future_status::cancelled) {
      drop_call();
    }
  }
  /// Requires: begin() said true.
  void perform_begun() noexcept {
    this->fulfil_begun([this]() -> T {
      const at_end drop{*this};
      if constexpr (std::invocable<Fn, Args...>) {  // the constructor says if not
        return std::apply(std::move(call_.fn), std::move(call_.args));
      }
    });
  }
  /// Calls it where it is; what comes of it may refer to the function until drop_call().
  /// Requires: begin() said true.
  decltype(auto) call_in_place() { return std::apply(call_.fn, std::move(call_.args)); }
  /// Fails a call that nobody has begun with `why`, or, where that is null, cancels it.
  /// Returns: whether it has ended so.
  bool abandon_call(const std::exception_ptr& why) noexcept {
    if (why == nullptr) return this->cancel();
    if (!this->begin()) return false;
    drop_call();
    this->result.set_error(why);
    this->finish();
    return true;
  }
  /// Lets go of a call that will not be made.
  void drop_call() noexcept {
    if (std::exchange(is_held_, false)) std::destroy_at(&call_);
  }

 private:
  struct call {
    template <class F, class... A>
    explicit call(std::in_place_t, F&& fn, A&&... args)
        : fn(std::forward<F>(fn)), args(std::forward<A>(args)...) {}
    Fn fn;
    std::tuple<Args...> args;
  };
  struct at_end {
    call_state& self;
    ~at_end() { self.drop_call(); }
  };

  union {
    call call_;
  };
  bool is_held_ = true;
};

/// The state of the call `fn(args...)`, with copies.
template <class Fn, class... Args>
using call_state_for =
    call_state<submit_result_t<Fn, Args...>, std::decay_t<Fn>, std::decay_t<Args>...>;

}  // namespace pirn::detail
