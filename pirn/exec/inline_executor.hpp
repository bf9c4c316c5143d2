// inline_executor: an executor that makes each call where it is submitted.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/exec/broken_executor.hpp"
#include "pirn/exec/call_state.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/executor_members.hpp"

namespace pirn {

/// Makes the call within submit(), so that its future is done on return, and never cancelled. For
/// tests, and for those who want one thread only.
///
/// Threads: any member from any thread.
class inline_executor final : public executor_members<inline_executor> {
 public:
  static constexpr bool calls_on_loop = true;

  /// Calls `initializer` here and now. When that throws, the executor is broken: what is submitted
  /// is refused with broken_executor.
  explicit inline_executor(const std::function<void()>& initializer = {}) noexcept {
    try {
      if (initializer) initializer();
    } catch (...) {
      broken_ = detail::broken_by_initializer("inline executor");
    }
  }
  inline_executor(inline_executor&&) = delete;  // an executor is borrowed

  /// Throws: std::runtime_error after shutdown(); broken_executor; what the call throws is its
  ///         future's.
  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) {
    if (is_shut_down_.load()) throw std::runtime_error("submit: the executor was shut down");
    if (broken_ != nullptr) std::rethrow_exception(broken_);
    detail::state_ref call(
        new detail::call_state_for<Fn, Args...>(std::forward<Fn>(fn), std::forward<Args>(args)...));
    call->perform_call();
    return future<detail::submit_result_t<Fn, Args...>>(std::move(call));
  }

  void shutdown(shutdown_options = {}) noexcept { is_shut_down_.store(true); }
  std::string_view name() const noexcept { return "inline"; }
  unsigned concurrency() const noexcept { return 1; }

 private:
  std::exception_ptr broken_;
  std::atomic<bool> is_shut_down_ = false;
};

}  // namespace pirn
