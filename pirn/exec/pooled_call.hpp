// pooled_call: a submitted call, or the job that it makes, on its way through a thread pool.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "pirn/core/blocking_job.hpp"
#include "pirn/exec/call_state.hpp"
#include "pirn/exec/job.hpp"
#include "pirn/exec/work_scheduler.hpp"

namespace pirn::detail {

/// The part of both that waiters see. The pool's queues hold one reference to it.
template <class T, class Fn, class... Args>
class pooled : public call_state<T, Fn, Args...>, public blocking_job {
 public:
  template <class F, class... A>
  explicit pooled(work_scheduler& pool, F&& fn, A&&... args)
      : call_state<T, Fn, Args...>(std::forward<F>(fn), std::forward<A>(args)...),
        pool_(pool),
        callers_help_(pool.options().callers_help) {}

 protected:
  void abandon(const std::exception_ptr& why) noexcept final {
    if (this->abandon_call(why)) helper_.store(helper::left);  // so nobody has begun it
  }

  /// The pool's turn: begins it, unless it was cancelled or a waiter has begun it.
  bool begin_or_drop() noexcept {
    if (this->begin()) return true;
    if (this->status() == future_status::cancelled) {
      this->drop_call();
    } else if (callers_help_ && helper_.load() != helper::left) {
      pool_.helpers().found();
      if (helper_.exchange(helper::awaited) == helper::left) pool_.helpers().left();
    }
    return false;
  }

  /// For a waiter, after all that it does with the call. The pool may be gone, unless it has met
  /// the call meanwhile and waits for this.
  void leave_helped() noexcept {
    if (callers_help_ && helper_.exchange(helper::left) == helper::awaited) pool_.helpers().left();
  }

  /// Whether this thread is one of the pool's; `pool_` may be used then.
  bool is_on_pool() const noexcept {
    const worker_thread* worker = work_scheduler::this_worker();
    return worker != nullptr && &worker->home == &pool_;
  }

  work_scheduler& pool_;  // gone when the call has ended
  const bool callers_help_;

 private:
  /// Of a call that a waiter has begun: whether that one still has to do with it, and whether the
  /// pool, which came to it second, waits until it has not.
  enum class helper : std::uint8_t { inside, awaited, left };
  std::atomic<helper> helper_{helper::inside};
};

template <class T, class Fn, class... Args>
class pooled_call final : public pooled<T, Fn, Args...> {
 public:
  using pooled<T, Fn, Args...>::pooled;

 private:
  void perform() noexcept override {
    const state_ref<pooled_call> was_the_pools(this);
    if (this->begin_or_drop()) this->perform_begun();
  }

  bool try_help(std::optional<steady_time> /*deadline*/) override {
    if (this->is_on_pool()) {
      if (this->pool_.take_back(*this)) {
        perform();
        return true;
      }
    } else if (!this->callers_help_) {
      return false;
    }
    if (!this->begin()) return false;
    this->perform_begun();  // the pool finds it done
    this->leave_helped();
    return true;
  }
};

template <class T, class Fn, class... Args>
class pooled_job final : public pooled<T, Fn, Args...>, private job_root {
 public:
  using pooled<T, Fn, Args...>::pooled;

 private:
  void perform() noexcept override {
    state_ref<pooled_job> was_the_pools(this);
    if (this->begin_or_drop()) start(std::move(was_the_pools));
  }

  // The callable may be a closure, which the job then refers to: both live to the job's end.
  void start(state_ref<pooled_job> self) noexcept {
    try {
      running_ = this->call_in_place();
    } catch (...) {
      this->result.set_error(std::current_exception());
      this->drop_call();
      this->finish();
      return;
    }
    self.release();  // to job_ended()
    auto frame = running_.frame();
    frame.promise().begin_as_root(*this);
    frame.resume();
  }

  void job_ended() noexcept override {
    const state_ref<pooled_job> self(this);
    move_outcome(running_.frame().promise().result(), this->result);
    running_ = {};
    this->drop_call();
    this->finish();
  }

  // The job that waits has work of its own on this thread's deque, so this one gets another, which
  // nobody steals from: it is done here from its beginning to its end.
  bool try_help(std::optional<steady_time> /*deadline*/) override {
    if (!this->is_on_pool() || this->status() != future_status::pending) return false;
    static const idle_workers nobody(0);
    fork_deque alone(nullptr, nobody);  // before the begin: there may be no memory for it
    if (!this->begin()) return false;
    fork_deque* before = fork_deque::exchange_own(&alone);
    start(share(*this));
    fork_deque::exchange_own(before);
    this->leave_helped();
    return true;
  }

  job<T> running_;
};

}  // namespace pirn::detail
