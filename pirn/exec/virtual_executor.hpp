// virtual_executor: an executor whose calls take simulated time, so that code with executors runs
// in the simulator.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/base/time.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/timer.hpp"
#include "pirn/exec/call_state.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/executor_members.hpp"

namespace pirn {

/// How a virtual_executor is made.
struct virtual_executor_options {
  unsigned size = 1;        ///< simulated workers, at least one (asserted)
  duration call_time = {};  ///< that each call takes
  std::string_view name = "virtual";
};
static_assert(std::is_trivially_copyable_v<virtual_executor_options>);

namespace detail {

/// A call that waits for a simulated worker, which owns one reference to it.
class virtual_call : public list_hook<> {
 public:
  /// Returns: false, and lets the call go, when it was cancelled.
  virtual bool take_up() noexcept = 0;
  /// Makes the call and lets it go.
  virtual void complete() noexcept = 0;
  /// Fails the call with `why`, or cancels it where that is null, and lets it go.
  virtual void abandon(const std::exception_ptr& why) noexcept = 0;

 protected:
  ~virtual_call() = default;
};

/// The part without types.
class virtual_workers {
 public:
  virtual_workers(loop& home, const virtual_executor_options& options,
                  std::function<void()> initializer, std::function<duration()> times);
  virtual_workers(virtual_workers&&) = delete;  // its workers point at it
  ~virtual_workers();

  void throw_if_closed() const;
  void add(virtual_call& call) noexcept;
  void shutdown(shutdown_options options) noexcept;
  unsigned size() const noexcept { return static_cast<unsigned>(workers_.size()); }
  const std::string& name() const noexcept { return name_; }

 private:
  class worker;
  friend class worker;

  bool initialize(worker& first_time) noexcept;
  void start_next(worker& free) noexcept;
  void abandon_waiting(const std::exception_ptr& why) noexcept;
  worker* first_to_finish() noexcept;

  loop& home_;
  const duration call_time_;
  const std::string name_;
  const std::function<void()> initializer_;
  const std::function<duration()> times_;
  std::vector<std::unique_ptr<worker>> workers_;
  intrusive_list<virtual_call> queue_;
  bool is_shut_down_ = false;
  std::exception_ptr broken_;
};

template <class T, class Fn, class... Args>
class queued_virtual_call final : public call_state<T, Fn, Args...>, public virtual_call {
 public:
  using call_state<T, Fn, Args...>::call_state;

 private:
  bool take_up() noexcept override {
    if (this->begin()) return true;
    abandon(nullptr);
    return false;
  }
  void complete() noexcept override {
    const state_ref<queued_virtual_call> self(this);
    this->perform_begun();
  }
  void abandon(const std::exception_ptr& why) noexcept override {
    const state_ref<queued_virtual_call> self(this);
    this->abandon_call(why);
    this->drop_call();
  }
};

}  // namespace detail

/// Makes calls on the loop's own thread, each at the end of the time that it takes; simulated
/// workers take them up first come, first served. A call that a worker has taken up is running and
/// can no longer be cancelled, as if it were on a thread.
///
/// No time passes in the destructor and in a shutdown that waits: they make at once what is left.
///
/// Threads:  its loop's.
/// Lifetime: ends before its loop.
/// Example:  examples/36_virtual_executor.cpp
class virtual_executor final : public executor_members<virtual_executor> {
 public:
  static constexpr bool calls_on_loop = true;

  /// Made on a loop. Each worker calls `initializer` before its first call. When that throws, the
  /// executor is broken: what waits, and what is submitted, fails with broken_executor. `times`, if
  /// given, says how long the next call that is taken up lasts; it must not throw.
  explicit virtual_executor(virtual_executor_options options = {},
                            std::function<void()> initializer = nullptr,
                            std::function<duration()> times = nullptr)
      : workers_(loop::current(), options, std::move(initializer), std::move(times)) {}

  /// Throws: std::runtime_error after shutdown(); broken_executor.
  /// Cancel: of the future withdraws a call that no simulated worker has taken up.
  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) {
    using result = detail::submit_result_t<Fn, Args...>;
    workers_.throw_if_closed();
    detail::state_ref call(
        new detail::queued_virtual_call<result, std::decay_t<Fn>, std::decay_t<Args>...>(
            std::forward<Fn>(fn), std::forward<Args>(args)...));
    future<result> promised(call);
    workers_.add(*call.release());
    return promised;
  }

  void shutdown(shutdown_options options = {}) noexcept { workers_.shutdown(options); }
  std::string_view name() const noexcept { return workers_.name(); }
  unsigned concurrency() const noexcept { return workers_.size(); }

 private:
  detail::virtual_workers workers_;
};

}  // namespace pirn
