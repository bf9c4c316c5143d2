// to_thread: a blocking call made elsewhere, awaited here.
#pragma once

#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/core/blocking_job.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/exec/call_state.hpp"
#include "pirn/exec/run_in_executor.hpp"

namespace pirn {

namespace detail {

/// A call on its way through a loop's runner. The runner holds one reference to it.
template <class T, class Fn, class... Args>
class runner_call final : public call_state<T, Fn, Args...>, public blocking_job {
 public:
  using call_state<T, Fn, Args...>::call_state;

  /// A simulated thread takes it up at once, and what takes simulated time cannot be called back.
  void take_up() noexcept { taken_up_ = this->begin(); }

 private:
  void perform() noexcept override {
    const state_ref<runner_call> self(this);
    taken_up_ ? this->perform_begun() : this->perform_call();
  }
  // perform() follows, and lets it go.
  void abandon(const std::exception_ptr& why) noexcept override { this->abandon_call(why); }

  bool taken_up_ = false;
};

/// The threads that a loop was lent, as far as run_in_executor needs an executor.
class loop_threads {
 public:
  static constexpr bool calls_on_loop = true;  // a virtual loop's are its own thread

  std::string_view name() const noexcept { return "a thread"; }

  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) {
    using result = submit_result_t<Fn, Args...>;
    state_ref call(new runner_call<result, std::decay_t<Fn>, std::decay_t<Args>...>(
        std::forward<Fn>(fn), std::forward<Args>(args)...));
    future<result> promised(call);
    loop& home = loop::current();
    if (home.driver().is_virtual()) call->take_up();
    home.blocking().run(*call);
    static_cast<void>(call.release());  // the runner's; perform() takes it back
    return promised;
  }
};

}  // namespace detail

/// Calls `fn(args...)`, which may block, on a thread of the loop's pool and waits for its result.
/// On virtual time it is called here, at the present instant.
///
/// Throws:   what `fn` throws; std::system_error when there is no thread to be had.
/// Cancel:   withdraws a call that has not begun. One that runs is waited for, then the next wait
///           throws; if `fn` takes a std::stop_token first, it is asked to stop.
/// Lifetime: `fn` and the arguments are copied or moved into the task.
/// Source:   asyncio.to_thread().
/// Example:  examples/37_blocking_calls.cpp
template <class Fn, class... Args>
auto to_thread(Fn&& fn, Args&&... args) {
  static_assert(detail::callable_survives<Fn>, PIRN_CLOSURE_ADVICE);
  return detail::call_in_executor(detail::loop_threads(), std::forward<Fn>(fn),
                                  std::forward<Args>(args)...);
}

}  // namespace pirn
