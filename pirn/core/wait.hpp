// wait: the one mechanism by which a task waits, and the shell that makes an awaitable of it.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <string>

#include "pirn/base/assert.hpp"
#include "pirn/base/tagged_pointer.hpp"
#include "pirn/core/driver.hpp"

namespace pirn {

class task_record;

/// Who waits, and how the wait ended. Apart from wait_node, because the destructor of a class with
/// virtual functions first points the object at that class's table, and each wait would pay for it.
class wait_state {
 public:
  wait_state(wait_state&&) = delete;  // tasks point at it

 protected:
  // Up to `done` there is nothing to throw and nobody to wake.
  enum class ending : std::uint8_t { open, done, waiting, cancelled, interrupted };

  wait_state() = default;
  ~wait_state() {
    if (how_ended() == ending::waiting) [[unlikely]]
      abandon();
  }

  void open_for(task_record& task) noexcept { task_ = {&task, ending::open}; }
  task_record* waiter() const noexcept { return task_.pointer(); }
  ending how_ended() const noexcept { return task_.tag(); }
  void set_ending(ending how) noexcept { task_.set_tag(how); }

 private:
  [[gnu::cold]] void abandon() noexcept;  // the frame is destroyed before the wait has ended

  tagged_pointer<task_record, ending> task_;
};

/// A task's wait for one thing: who waits, on what, how to withdraw, how to say so. It lives in the
/// awaiting frame and ends exactly once: with a result, by cancellation, or with an exception that
/// was put in.
class wait_node : public wait_state {
 public:
  /// What is waited for, in words: "sleep", "lock of mutex", "receive from 127.0.0.1:80".
  virtual std::string describe() const = 0;
  /// The task that holds what is waited for, or null.
  virtual const task_record* holder() const noexcept { return nullptr; }

  using wait_state::waiter;  // the task, or null before one was bound
  bool is_waiting() const noexcept { return how_ended() == ending::waiting; }
  /// Says who is going to wait. A wait that has ended may be awaited again.
  void bind(task_record& task) noexcept {
    PIRN_ASSERT(how_ended() != ending::waiting, "a wait is awaited by one task at a time");
    open_for(task);
  }

 protected:
  wait_node() = default;
  ~wait_node() = default;

  /// Asked to end early. After `gone` nothing will wake this wait.
  virtual cancel_answer withdraw() noexcept = 0;

  /// It will be woken soon: fetches what that touches into the cache.
  void prefetch_task() const noexcept;

  /// Ends the wait with its result there; the task becomes ready. Nothing is resumed here.
  void wake() noexcept;

  /// Ends a wait that was asked to cancel, and whose cancellation has now been confirmed.
  void wake_cancelled() noexcept;

  /// A member of this wait (a select) was woken. Only waits that have members are told.
  virtual void member_woken(wait_node& member) noexcept;

  /// Throws if the task's scope is cancelled or an interrupt is pending.
  void check_attention();
  /// Pays for a completion without suspension.
  /// Returns: false when the task must let others run first.
  bool spend_budget() noexcept;
  void suspend(std::coroutine_handle<> frame) noexcept;
  /// Puts the task at the end of the ready list although the wait is done: its budget is spent.
  void pass_turn(std::coroutine_handle<> frame) noexcept;
  /// Rethrows how the wait ended, when not with a result.
  [[noreturn, gnu::cold]] void throw_ending();

 private:
  friend class task_record;
  friend class select_wait;
  void end_early(ending how) noexcept;
  [[gnu::cold]] void wake_as_member() noexcept;  // its task waits for a select
};

/// Makes an awaitable of a wait. `Self` provides
///   bool try_complete()   - does the thing now if it can be had without waiting
///   void enqueue()        - else arranges that wake() follows
///   auto result()         - what co_await gives (may throw; may be absent for void)
/// and wait_node's virtual functions. Every await checks its scope first and throws without
/// starting.
template <class Self, class Base = wait_node>
class awaitable : public Base {
 public:
  using Base::Base;

  /// Whether select() may have it as a member: withdrawing always succeeds at once and loses
  /// nothing.
  static constexpr bool selectable = true;

  bool await_ready() {
    this->check_attention();
    return self().try_complete() && this->spend_budget();
  }

  void await_suspend(std::coroutine_handle<> frame) {
    if (this->how_ended() == Base::ending::done) return this->pass_turn(frame);
    this->suspend(frame);
    self().enqueue();
  }

  decltype(auto) await_resume() {
    if (this->how_ended() > Base::ending::done) [[unlikely]]
      this->throw_ending();
    if constexpr (requires(Self& op) { op.result(); }) return self().result();
  }

  /// For select(): completes now, or stands ready to be woken.
  /// Returns: whether it completed.
  bool join_select(task_record& task) {
    this->bind(task);
    if (self().try_complete()) return true;
    this->set_ending(Base::ending::waiting);
    self().enqueue();
    return false;
  }

 private:
  Self& self() noexcept { return static_cast<Self&>(*this); }
};

}  // namespace pirn
