// thread_pool: an executor whose calls and jobs run on threads that share the work among them.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/core/blocking_job.hpp"
#include "pirn/exec/call_state.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/executor_members.hpp"
#include "pirn/exec/job.hpp"
#include "pirn/exec/pooled_call.hpp"
#include "pirn/exec/run_in_executor.hpp"
#include "pirn/exec/work_scheduler.hpp"

namespace pirn {

namespace detail {

template <class T>
struct pooled_result {
  using type = T;
};
template <class T>
struct pooled_result<job<T>> {
  using type = T;
};
/// What the future of a submitted call gives: of a call that makes a job, what the job returns.
template <class Fn, class... Args>
using pooled_result_t = typename pooled_result<submit_result_t<Fn, Args...>>::type;

/// The state to submit for a call.
template <class Fn, class... Args>
auto make_pooled(work_scheduler& pool, Fn&& fn, Args&&... args) {
  using result = pooled_result_t<Fn, Args...>;
  using call = std::conditional_t<is_job<submit_result_t<Fn, Args...>>,
                                  pooled_job<result, std::decay_t<Fn>, std::decay_t<Args>...>,
                                  pooled_call<result, std::decay_t<Fn>, std::decay_t<Args>...>>;
  return state_ref<call>(new call(pool, std::forward<Fn>(fn), std::forward<Args>(args)...));
}

}  // namespace detail

/// Says, for as long as it lives, that the present call is going to block: its pool may start a
/// thread beyond its size to take its place (`blocking_max`), so that others are not kept waiting.
/// Without meaning on a thread that is no pool's. A job may say it, too, even over a fork.
///
/// Cost:    some atomic instructions; a thread is woken or started where work waits.
/// Example: examples/37_blocking_calls.cpp
class blocking_hint {
 public:
  blocking_hint() noexcept;
  blocking_hint(blocking_hint&&) = delete;  // said for a scope
  ~blocking_hint();

 private:
  detail::work_scheduler* told_ = nullptr;
};

/// Runs calls and jobs on up to `size` threads, which start when there is work for them. What a
/// thread from outside submits is begun first come, first served, one thread's beside another's;
/// what a call submits itself, newest first, by its own thread or by one that has nothing else to
/// do. A pool of one thread does all in the order of submission.
///
/// A call whose result a thread of the pool waits for, and that has not begun, is made by that
/// thread: calls may wait for each other in a pool of any size. Such waits lie upon each other on
/// its stack, where some ten thousand have room.
///
/// The destructor is shutdown(): it blocks until all that was submitted is done.
///
/// Threads:  every member from any thread, but shutdown() and the end.
/// Lifetime: futures, and what they give, may outlive it. Of a pool in static storage no call may
///           say std::exit(), which would wait for that call to end (asserted).
/// Cost:     a call costs one allocation, of its future; no system call while the threads are busy.
///           Each of up to 64 threads outside has its own way in, without a lock; more share one
///           queue.
/// Source:   concurrent.futures.ThreadPoolExecutor.
/// Example:  examples/25_executor_map.cpp
class thread_pool final : public blocking_runner, public executor_members<thread_pool> {
 public:
  explicit thread_pool(unsigned size) : thread_pool(thread_pool_options{.size = size}) {}
  /// Each thread calls `initializer` first. When that throws, the pool is broken: what waits, and
  /// what is submitted, fails with broken_executor.
  ///
  /// Throws: std::invalid_argument for more than 16384 threads, or as many that may block.
  explicit thread_pool(thread_pool_options options = {}, std::function<void()> initializer = {});
  thread_pool(thread_pool&&) = delete;  // its threads point at it
  ~thread_pool();

  /// Calls `fn(args...)` on a thread of the pool, with copies of its own. If that gives a job, the
  /// job runs on the pool.
  ///
  /// Returns:  the result to come.
  /// Throws:   std::runtime_error after shutdown(); broken_executor; std::system_error when there
  ///           is no thread at all; std::logic_error on a loop's thread when `queue_max` calls
  ///           wait: waiting for room would block the loop. The call is then not made.
  /// Cancel:   of the future withdraws a call that has not begun. Nothing stops one that runs.
  /// Lifetime: the copies are destroyed when the call, or the job, has ended, before that is told.
  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) {
    auto call = detail::make_pooled(*core_, std::forward<Fn>(fn), std::forward<Args>(args)...);
    auto pools_own = detail::share_new(*call);
    core_->add(*pools_own, detail::when_full::wait);
    static_cast<void>(pools_own.release());
    return future<detail::pooled_result_t<Fn, Args...>>(std::move(call));
  }

  /// The same, if fewer than `queue_max` calls wait; never blocks.
  /// Returns: nothing when there is no room; rvalues among the arguments are then moved from.
  /// Example: examples/42_bounded_pool.cpp
  template <class Fn, class... Args>
  auto try_submit(Fn&& fn, Args&&... args)
      -> std::optional<future<detail::pooled_result_t<Fn, Args...>>> {
    auto call = detail::make_pooled(*core_, std::forward<Fn>(fn), std::forward<Args>(args)...);
    auto pools_own = detail::share_new(*call);
    if (!core_->add(*pools_own, detail::when_full::refuse)) return std::nullopt;
    static_cast<void>(pools_own.release());
    return future<detail::pooled_result_t<Fn, Args...>>(std::move(call));
  }

  /// submit() for a call that blocks: while it runs, another thread may take its place. Of a call
  /// that gives a job that is said only while the job is made: a job says it itself, by a
  /// blocking_hint.
  template <class Fn, class... Args>
  auto submit_blocking(Fn&& fn, Args&&... args) {
    using result = detail::submit_result_t<Fn, Args...>;
    static_assert(std::invocable<std::decay_t<Fn>, std::decay_t<Args>...>,
                  "submit_blocking: fn cannot be called with copies of these arguments");
    auto call = [](std::decay_t<Fn>&& own_fn, std::decay_t<Args>&&... own_args) -> result {
      const blocking_hint hint;
      if constexpr (std::invocable<std::decay_t<Fn>, std::decay_t<Args>...>) {
        return std::invoke(std::move(own_fn), std::move(own_args)...);
      }
    };
    return submit(call, std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  /// submit() for a task: `co_await pool.run(fn, args...)` is run_in_executor(pool, fn, args...).
  ///
  /// Cancel: withdraws a call that has not begun; one that runs is asked to stop through its
  ///         std::stop_token, if it takes one, and waited for.
  template <class Fn, class... Args>
    requires(!std::is_base_of_v<blocking_job, std::remove_reference_t<Fn>>)
  auto run(Fn&& fn, Args&&... args) {
    return run_in_executor(*this, std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  /// Takes no more work; does what was submitted, or cancels what has not begun. With `wait` it
  /// blocks to the end of it all; again, if called again.
  ///
  /// Threads: with `wait`, any but the pool's own (asserted), one that helps with a call of it, and
  ///          a loop's, which it would stop.
  void shutdown(shutdown_options options = {});

  /// For loops and drivers: performs the job on a thread of the pool. Never blocks, whatever waits.
  /// Throws: as submit() does.
  void run(blocking_job& job) override;

  std::string_view name() const noexcept { return core_->name(); }
  unsigned concurrency() const noexcept { return core_->options().size; }
  thread_pool_statistics statistics() const { return core_->statistics(); }

 private:
  std::unique_ptr<detail::work_scheduler> core_;
};

}  // namespace pirn
