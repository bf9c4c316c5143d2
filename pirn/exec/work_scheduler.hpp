// work_scheduler: how a pool's workers find work and sleep without it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pirn/core/blocking_job.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/helper_count.hpp"
#include "pirn/exec/idle_workers.hpp"
#include "pirn/exec/job_frame.hpp"
#include "pirn/exec/outside_calls.hpp"
#include "pirn/exec/work_queue.hpp"

namespace pirn {

/// How a thread pool is made.
struct thread_pool_options {
  unsigned size = 0;  ///< threads at most; 0: one a processor
  std::string_view name = "pool";
  /// How many calls from outside may wait; a plain thread's submit() then blocks until there is
  /// room. 0: any number.
  std::size_t queue_max = 0;
  /// Threads beyond `size`, started while that many calls say that they block (blocking_hint).
  unsigned blocking_max = 32;
  /// A plain thread that blocks for the result of a call that has not begun makes the call itself,
  /// without the pool's initializer. The pool waits for that thread at its end.
  bool callers_help = false;
};

/// A look at a pool from outside. Each number was right at a moment of its own.
struct thread_pool_statistics {
  unsigned started = 0;  ///< threads there are
  /// Of those, the ones that sleep: counted so from before their last look for work up to the call
  /// that wakes them, so for a moment this may be too high, or too low.
  unsigned asleep = 0;
  unsigned blocked = 0;      ///< calls that have said so, and whose place may be taken
  std::size_t queued = 0;    ///< calls that wait, but for the newest of each thread
  std::uint64_t stolen = 0;  ///< calls and jobs that a thread took from another, since the start
};

namespace detail {

/// One thread of a pool and the work that lies with it.
struct worker_thread {
  explicit worker_thread(work_scheduler& pool, const idle_workers& idle, std::string_view name_of,
                         unsigned number)
      : home(pool),
        index(number),
        name(std::string(name_of) + "-" + std::to_string(number)),
        forks(&pool, idle) {}
  worker_thread(worker_thread&&) = delete;  // thieves point at it

  work_scheduler& home;
  const unsigned index;
  const std::string name;  // made with it: the thread itself must not fail
  fork_deque forks;        // jobs that were left by a fork
  work_queue<blocking_job> calls;
  call_source last_source;                     // from which it took calls
  std::atomic<blocking_job*> newest{nullptr};  // what it submitted last; others take it late
  unsigned newest_in_a_row = 0;
  unsigned own_in_a_row = 0;
  unsigned shares_in_a_row = 0;
  std::atomic<std::uint64_t> stolen{0};
  std::thread thread;
};

/// A pool's workers. Each works off its own deques, then what came from outside, then what others
/// have; without any of it it searches a little and sleeps.
class work_scheduler {
 public:
  work_scheduler(thread_pool_options options, std::function<void()> initializer);
  work_scheduler(work_scheduler&&) = delete;  // its workers point at it
  ~work_scheduler();

  /// Adds a call, which is then the pool's until it has been performed.
  /// Returns: false when there is no room.
  /// Throws:  std::runtime_error after shutdown(); broken_executor when a thread's initializer
  ///          failed; std::logic_error where waiting for room would stop a loop; std::system_error
  ///          when there is no thread to be had at all.
  bool add(blocking_job& call, when_full full);
  /// Takes back a call that lies where this thread, a worker of the pool, has put it.
  /// Returns: whether it is the caller's again.
  bool take_back(blocking_job& call) noexcept;

  void shutdown(shutdown_options options);

  /// Those who make a call that the pool has come to (`callers_help`): it waits for them.
  helper_count& helpers() noexcept { return helpers_; }

  /// Somebody has left work: sees that it is found.
  void wake() noexcept;

  /// The present call of this thread, a worker's, is going to block.
  /// Returns: whether a thread takes its place; then unblock() follows.
  bool block() noexcept;
  void unblock() noexcept { surplus_.fetch_add(1); }

  /// The worker that this thread is, of whatever pool, or null.
  static worker_thread* this_worker() noexcept { return this_worker_; }
  bool is_own_thread() const noexcept {
    return this_worker_ != nullptr && &this_worker_->home == this;
  }

  const thread_pool_options& options() const noexcept { return options_; }
  const std::string& name() const noexcept { return outside_.pool(); }
  thread_pool_statistics statistics() const;

 private:
  struct found {
    blocking_job* call = nullptr;
    job_frame* job = nullptr;
    explicit operator bool() const noexcept { return call != nullptr || job != nullptr; }
  };

  // What comes in.
  void see_to(blocking_job& call);
  void add_from_worker(worker_thread& worker, blocking_job& call);
  void cancel_taken() noexcept;

  // Threads.
  void wake_or_throw();
  void start_thread();
  void run_thread(worker_thread& worker) noexcept;
  void initialize() noexcept;
  void perform(const found& work) noexcept;
  bool retires(worker_thread& worker) noexcept;
  void join_threads();

  // Finding work.
  found own_work(worker_thread& worker);
  blocking_job* take_waiting(worker_thread& worker) noexcept;
  found steal(worker_thread& worker, bool newest_too) noexcept;
  /// The oldest call that another worker has taken to itself.
  blocking_job* steal_call(worker_thread& worker) noexcept;
  found search(worker_thread& worker);
  found search_a_while(worker_thread& worker);
  bool sees_work() const noexcept;

  const thread_pool_options options_;
  const unsigned limit_;  // threads at most, with those that take a blocked one's place
  const std::function<void()> initializer_;
  idle_workers idle_;

  outside_calls outside_;

  // Threads.
  std::mutex join_mutex_;  // held by who waits for the threads to end; taken before the next
  std::mutex threads_mutex_;
  std::unique_ptr<std::atomic<worker_thread*>[]> workers_;  // what thieves go through
  std::atomic<unsigned> worker_count_{0};
  std::vector<worker_thread*> retired_;  // their threads have ended or are ending
  std::atomic<unsigned> started_{0};
  std::atomic<unsigned> substitutes_{0};  // for calls that block, or that did: then surplus
  std::atomic<unsigned> surplus_{0};
  helper_count helpers_;

  static constinit inline thread_local worker_thread* this_worker_ = nullptr;
};

}  // namespace detail
}  // namespace pirn
