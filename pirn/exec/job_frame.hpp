// job_frame: what fork and join need of a job's frame, whatever its result.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/exec/idle_workers.hpp"
#include "pirn/exec/work_deque.hpp"

namespace pirn::detail {

class job_frame;
class work_scheduler;

/// Told of the end of a job that nothing awaits: the one that was submitted.
class job_root {
 public:
  /// On the worker that ended it; may destroy the job's frame.
  virtual void job_ended() noexcept = 0;

 protected:
  ~job_root() = default;
};

/// Where a worker's jobs wait to be gone on with, by itself or by a thief.
class fork_deque final : public work_deque<job_frame> {
 public:
  /// `others` are told when there is something to steal; null for a deque that nobody steals from.
  explicit fork_deque(work_scheduler* others, const idle_workers& idle)
      : idle_(idle), others_(others) {}

  /// Leaves a job for anyone.
  PIRN_ALWAYS_INLINE void leave(job_frame& parent) {
    push(parent);
    if (idle_.wants_wake()) [[unlikely]]
      wake_thief();
  }

  /// The deque of the worker that this thread is.
  static fork_deque& own() noexcept { return *own_; }
  /// Returns: what it was before.
  static fork_deque* exchange_own(fork_deque* deque) noexcept { return std::exchange(own_, deque); }

 private:
  [[gnu::cold, gnu::noinline]] PIRN_PRESERVE_MOST void wake_thief() noexcept;

  static constinit inline thread_local fork_deque* own_ = nullptr;

  const idle_workers& idle_;
  work_scheduler* others_;
};

/// Frames of jobs form a tree. A job that forks leaves itself on its worker's deque, for any worker
/// to go on with, and its thread becomes the child. If it is still there when the child ends, all
/// that has happened is a call. Otherwise it was stolen: it goes on beside its child, which counts
/// itself off at its end. At the join the job knows that nothing was stolen, or waits for the
/// count.
///
/// Source: the continuation stealing of Cilk, with counts as in C. J. Williams, J. Elliott:
///         Libfork: portable continuation-stealing with stackless coroutines, 2024.
class job_frame : public pooled_frame {
 public:
  explicit job_frame() noexcept = default;
  job_frame(job_frame&&) = delete;  // children and deques point at it

  std::suspend_always initial_suspend() const noexcept { return {}; }

  /// Found from its address: every promise that begins with this one stands at the same place.
  std::coroutine_handle<> handle() noexcept {
    return std::coroutine_handle<job_frame>::from_promise(*this);
  }

  void begin_as_call(job_frame& parent) noexcept {
    begun_as_ = beginning::called;
    parent_ = &parent;
  }
  void begin_as_fork(job_frame& parent) noexcept {
    begun_as_ = beginning::forked;
    parent_ = &parent;
    parent.unjoined_ = true;
  }
  void begin_as_root(job_root& root) noexcept {
    begun_as_ = beginning::root;
    root_ = &root;
  }
  bool is_fork() const noexcept { return begun_as_ == beginning::forked; }
  job_frame& parent() const noexcept { return *parent_; }

  /// Goes on with a job that was taken from another worker's deque.
  void resume_stolen() noexcept {
    ++stolen_;
    handle().resume();
  }

  /// What to go on with after this job's end.
  PIRN_ALWAYS_INLINE std::coroutine_handle<> successor() noexcept {
    switch (begun_as_) {
      case beginning::called:
        return parent_->handle();
      case beginning::forked:
        if (job_frame* parent = fork_deque::own().pop()) [[likely]]
          return parent->handle();
        return parent_->child_came_late();
      case beginning::root:
        break;
    }
    root_->job_ended();
    return std::noop_coroutine();
  }

  bool has_unjoined() const noexcept { return unjoined_; }
  bool was_stolen() const noexcept { return stolen_ != 0; }
  /// Waits for the children that run elsewhere.
  /// Returns: what to go on with meanwhile.
  [[gnu::noinline]] std::coroutine_handle<> wait_for_children() noexcept;
  /// After the last of them.
  /// Throws: what the first child threw that failed.
  void joined() {
    unjoined_ = false;
    if (stolen_ != 0) [[unlikely]]
      reset_count();
    if (failure_ != nullptr) [[unlikely]]
      rethrow_failure();
  }
  /// A child is let go that was not joined: right only while an exception unwinds this job. Blocks
  /// until no child runs elsewhere.
  [[gnu::cold, gnu::noinline]] void end_unjoined() noexcept;
  /// Keeps the error of the first child that failed.
  [[gnu::cold, gnu::noinline]] void child_failed(std::exception_ptr error) noexcept;

 protected:
  ~job_frame() = default;

 private:
  enum class beginning : std::uint8_t { called, forked, root };

  static constexpr std::uint32_t open_count = 1U << 31U;

  /// A child that ran beside this job has ended. This job may be gone on return.
  [[gnu::noinline]] std::coroutine_handle<> child_came_late() noexcept;
  void reset_count() noexcept;
  [[noreturn, gnu::cold, gnu::noinline]] void rethrow_failure();

  union {
    job_frame* parent_ = nullptr;
    job_root* root_;
  };
  std::exception_ptr failure_;
  // Children that were left behind have yet to end; counted down from `open_count`, from which the
  // join takes what is not awaited. Zero is thus reached once: by the last child, or by the join.
  std::atomic<std::uint32_t> elsewhere_{open_count};
  std::uint32_t stolen_ = 0;  // how often this job was; one child stayed behind each time
  std::atomic<bool> failed_{false};
  bool unjoined_ = false;
  beginning begun_as_ = beginning::called;
};

}  // namespace pirn::detail
