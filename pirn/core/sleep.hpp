// sleep: waits that only time ends, and the wait that ends at once.
#pragma once

#include "pirn/core/frame.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/timer.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

/// A wait for a moment of loop time.
class [[nodiscard]] sleep_wait final : public awaitable<sleep_wait>, private timer_node {
 public:
  sleep_wait(time_point until, std::int16_t priority) noexcept
      : timer_node(priority), until_(until) {}
  ~sleep_wait() {
    if (is_armed()) disarm();
  }

  /// The moment that it waits for.
  time_point until() const noexcept { return until_; }
  std::string describe() const override { return until_ == never ? "cancellation" : "sleep"; }

 private:
  friend class awaitable<sleep_wait>;
  bool try_complete() const noexcept { return false; }
  void enqueue() {
    if (until_ != never) [[likely]]
      waiter()->home().timers().add(*this, until_);
  }
  cancel_answer withdraw() noexcept override {
    if (is_armed()) disarm();
    return cancel_answer::gone;
  }
  void disarm() noexcept { waiter()->home().timers().remove(*this); }
  void fire() noexcept override { wake(); }
  void draw_near() const noexcept override { prefetch_task(); }

  time_point until_;
};

/// Waits until loop time reaches `until`; a moment that has passed still lets the ready tasks run
/// first. Among sleeps that end at one moment the lower priority wakes first, then the earlier
/// begun. `never` waits for cancellation alone: it counts for nothing that could wake a task.
///
/// Cancel: wakes at once.
/// Cost:   O(log n) of the pending timers; allocates only when their number grows beyond its peak.
inline sleep_wait sleep_until(time_point until, std::int16_t priority = 0) noexcept {
  return {until, priority};
}

/// Waits for a length of loop time, counted from the present poll; any chrono duration, in whole
/// numbers or in floating point, which is rounded to the nearest tick of the clock.
///
/// Throws: see loop::from_now(); on real time nothing.
template <class Rep, class Period>
sleep_wait sleep_for(std::chrono::duration<Rep, Period> length, std::int16_t priority = 0) {
  return {from_now(length), priority};
}

/// A wait that ends on the next turn. A task that awaits it just goes to the end of the ready list;
/// a wait it is only to a select.
class [[nodiscard]] yield_wait final : public awaitable<yield_wait> {
 public:
  std::string describe() const override { return "yield"; }

  struct awaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) const noexcept {
      frame.promise().record().pass_turn(frame);
    }
    void await_resume() const noexcept {}
  };
  awaiter awaited_by(frame_base& caller) const {
    caller.record().check_attention();
    return {};
  }

 private:
  friend class awaitable<yield_wait>;
  bool try_complete() const noexcept { return false; }
  void enqueue() noexcept { wake(); }
  cancel_answer withdraw() noexcept override { return cancel_answer::refused; }
};

/// Lets every other ready task run once.
inline yield_wait yield_now() noexcept {
  return {};
}

/// Throws if the running task's scope is cancelled; otherwise nothing, and does not suspend: for
/// long computations.
class [[nodiscard]] checkpoint_wait final : public awaitable<checkpoint_wait> {
 public:
  std::string describe() const override { return "checkpoint"; }

 private:
  friend class awaitable<checkpoint_wait>;
  bool try_complete() const noexcept { return true; }
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override { return cancel_answer::refused; }
};
inline checkpoint_wait check_cancelled() noexcept {
  return {};
}

}  // namespace pirn
