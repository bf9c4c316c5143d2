// process_pool: an executor whose calls are made in other processes.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/exec/executor.hpp"
#include "pirn/exec/executor_members.hpp"
#include "pirn/exec/process_entry.hpp"  // IWYU pragma: export
#include "pirn/process/pool_core.hpp"
#include "pirn/remote/call.hpp"

namespace pirn {

struct process_pool_options {
  unsigned size = 0;  ///< processes at most; 0: one a processor
  std::string_view name = "process_pool";
  unsigned max_tasks_per_child = 0;  ///< then a process is replaced; 0: never
};
static_assert(std::is_trivially_copyable_v<process_pool_options>);

namespace detail {
template <class Initializer, class... Args>
pool_initializer encode_initializer(const Initializer& initializer, const Args&... args) {
  pool_initializer encoded;
  remote::append_call(encoded.message, &encoded.beside, initializer, args...);
  return encoded;
}
}  // namespace detail

/// Makes calls in processes that are this same program, started again. They begin when there is
/// work for them, and read their calls in process_main(), with which main() begins.
///
/// What can be called: functions (`submit(work, 42)`, or `submit<&work>(42)`), lambdas that capture
/// nothing, and objects that travel. Arguments and results are copied by cereal (see
/// `remote::travels`); a `shared_block` is passed without a copy. Exceptions keep their type and
/// message; types of your own when they are registered (`remote::register_exception`).
///
/// A process that dies fails the call that it was making with broken_executor, which names the
/// process and the signal; a call that it had not begun is made by another one. No call is made
/// twice. When no process can be started, or the initializer fails, the pool is broken: all calls
/// fail with broken_executor.
///
/// The processes pass over Ctrl-C and SIGTERM, and end with this one, however it ends. Their
/// standard input is empty. Objects at namespace scope are not destroyed in them.
///
/// The destructor waits for all calls; while an exception unwinds (an interrupted program, say) it
/// kills the processes instead.
///
/// Threads: every member from any thread; but shutdown() and the destructor wait, and must not in a
///          callback of one of the pool's futures (asserted). Such a callback runs on the pool's
///          own thread, or on one that waits for a result and takes others' with it.
/// Cost:    short calls are sent ahead to a process in batches; then cancel() cannot stop them any
///          more. Calls of a millisecond or more are not sent ahead. So that calls one after the
///          other need not wait for anybody to wake, a process looks for its next call for 50 us
///          before it sleeps, and result() looks for that of a short call for 100 us.
/// Source:  concurrent.futures.ProcessPoolExecutor.
/// Example: examples/33_parallel.cpp, examples/41_process_pool.cpp
class process_pool : public executor_members<process_pool> {
 public:
  /// Throws: std::logic_error when main() has not called process_main().
  explicit process_pool(process_pool_options options = {});
  explicit process_pool(unsigned size) : process_pool(process_pool_options{.size = size}) {}
  /// Calls `initializer(args...)` first in each process.
  template <class Initializer, class... Args>
  process_pool(process_pool_options options, const Initializer& initializer, const Args&... args)
      : process_pool(options, detail::encode_initializer(initializer, args...)) {
    static_assert(std::is_void_v<remote::call_result_t<Initializer, Args...>>,
                  "an initializer gives nothing back");
  }
  process_pool(process_pool&&) = delete;  // its thread points at it
  ~process_pool();

  /// Calls `fn(args...)` in a process of the pool, with copies of its own.
  /// Returns: the result to come.
  /// Throws:  std::runtime_error after shutdown(), broken_executor when the pool is broken; what
  ///          writing the arguments throws.
  template <class Fn, class... Args>
  auto submit(const Fn& fn, const Args&... args) {
    using result = remote::call_result_t<Fn, Args...>;
    detail::state_ref state(new detail::pool_call_state<result>(core_));
    remote::append_call(state->message, &state->beside, fn, args...);
    future<result> promised(detail::share<detail::typed_future_state<result>>(*state));
    core_->submit(*state);
    state.release();  // the pool's now
    return promised;
  }
  /// The same for a function that is known when compiling: submit<&work>(42).
  template <auto Function, class... Args>
  auto submit(const Args&... args) {
    return submit(remote::detail::constant_callable<Function>(), args...);
  }

  /// Takes no more calls. With `wait` it returns when all have ended and no process is left.
  void shutdown(shutdown_options options = {}) { core_->shutdown(options); }

  /// Takes no more calls and kills the processes: what they are doing fails with broken_executor,
  /// what has not begun is cancelled.
  /// Source: ProcessPoolExecutor.kill_workers().
  void kill_workers() { core_->kill_workers(); }
  /// The processes that there are now.
  std::vector<int> worker_pids() const { return core_->worker_pids(); }

  std::string_view name() const noexcept { return core_->name(); }
  unsigned concurrency() const noexcept { return core_->size(); }
  /// As many chunks as can be sent ahead, and as many again to send next.
  std::size_t map_buffer() const noexcept { return 2 * detail::call_slots::count * core_->size(); }

 private:
  process_pool(process_pool_options options, detail::pool_initializer initializer);

  std::shared_ptr<detail::pool_core> core_;
  const int exceptions_before_;
};

}  // namespace pirn
