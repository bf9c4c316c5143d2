// child: the handle of a task that a group runs: await it, cancel it, look at it.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task.hpp"

namespace pirn {

/// The part of a child that does not depend on its type: owns the task's record, and its frame once
/// it has ended.
class task_handle {
 public:
  task_handle() = default;
  task_handle(task_handle&& other) noexcept
      : record_(std::exchange(other.record_, nullptr)),
        frame_(std::exchange(other.frame_, nullptr)) {}
  task_handle& operator=(task_handle&& other) noexcept;
  ~task_handle() { drop(); }

  explicit operator bool() const noexcept { return record_ != nullptr; }
  bool has_ended() const noexcept { return record().has_ended(); }
  /// Whether it ended because it was cancelled.
  bool was_cancelled() const noexcept { return record().was_cancelled_; }
  /// Whether it ended by an exception, `cancelled` included.
  bool has_failed() const noexcept { return record().failed_; }

  /// Asks the task to end: its present and every later wait throws `cancelled`.
  void cancel() noexcept {
    if (!has_ended()) record_->cancel();
  }
  /// Makes its present (or next) wait throw `error`, once; the task goes on from there. It reaches
  /// into shields, too. A second one before the first was thrown takes its place.
  template <class E>
  void interrupt(E error) {
    mutable_record().interrupt(std::make_exception_ptr(std::move(error)));
  }

  void set_name(std::string_view name) { mutable_record().set_name(name); }
  std::string name() const { return record().name(); }
  std::uint64_t id() const noexcept { return record().id(); }
  const task_record& record() const noexcept { return mutable_record(); }

 protected:
  task_handle(task_record& record, std::coroutine_handle<> frame) noexcept
      : record_(&record), frame_(frame) {
    record.held_ = true;
  }

  task_record& mutable_record() const noexcept {
    PIRN_ASSERT(record_ != nullptr, "a child that is empty or was moved from is used");
    return *record_;
  }

  task_record* record_ = nullptr;
  std::coroutine_handle<> frame_;

 private:
  friend class loop_runner;
  friend class children_watch;
  void drop() noexcept {
    if (record_ == nullptr) return;
    if (record_->has_ended()) {
      free_ended();
    } else {
      PIRN_ASSERT(!record_->is_observed(), "a child is dropped while somebody waits for its end");
      record_->held_ = false;  // frees itself at its end
    }
    record_ = nullptr;
  }
  void free_ended() noexcept;
};

/// Waits for a child's end. `Moves`: takes the result out of the child.
template <class T, bool Moves>
class [[nodiscard]] child_wait final : public awaitable<child_wait<T, Moves>>,
                                       private end_observer {
  using base = awaitable<child_wait<T, Moves>>;

 public:
  child_wait(task_record& child, outcome<T>& result) noexcept : child_(child), result_(result) {}
  child_wait(task_record& waiter, task_record& child, outcome<T>& result) noexcept
      : child_wait(child, result) {
    this->bind(waiter);
  }
  ~child_wait() {
    if (this->is_linked()) child_.stop_observing(*this);
  }

  std::string describe() const override { return "end of task " + child_.name(); }
  const task_record* holder() const noexcept override { return &child_; }

 private:
  friend base;
  using result_type = std::conditional_t<Moves, T, std::add_lvalue_reference_t<T>>;

  bool try_complete() const noexcept { return child_.has_ended(); }
  void enqueue() noexcept {
    PIRN_ASSERT(this->waiter() != &child_, "a task waits for its own end");
    child_.observe(*this);
  }
  cancel_answer withdraw() noexcept override {
    child_.stop_observing(*this);
    return cancel_answer::gone;
  }
  void ended() noexcept override { this->wake(); }

  result_type result() {
    if (is_cancellation(result_.error())) {
      throw future_cancelled("task " + child_.name() + " was cancelled");
    }
    if constexpr (Moves || std::is_void_v<T>) {
      return result_.take();
    } else {
      return result_.value();
    }
  }

  task_record& child_;
  outcome<T>& result_;
};

/// A task that runs in a group. Move-only; may be dropped: the task goes on, and its frame is freed
/// at its end.
///
/// `co_await child` waits for its end and gives its result by reference, `co_await
/// std::move(child)` by value; both throw what it threw, and `future_cancelled` when it was
/// cancelled. May be awaited by several tasks, and again.
///
/// Cancel:   of the awaiter: leaves the child alone.
/// Lifetime: may outlive its group; not its loop. It stays where it is, undropped, while somebody
///           waits for its end (asserted).
template <class T = void>
class child : public task_handle {
 public:
  using value_type = T;

  child() = default;

  child_wait<T, false> awaited_by(frame_base& caller) & noexcept {
    return {caller.record(), mutable_record(), result_slot()};
  }
  child_wait<T, true> awaited_by(frame_base& caller) && noexcept {
    return {caller.record(), mutable_record(), result_slot()};
  }

  /// Its end as a wait, for select().
  child_wait<T, false> wait() noexcept { return {mutable_record(), result_slot()}; }

  /// The result, or rethrows.
  /// Requires: it has ended.
  decltype(auto) result() {
    PIRN_ASSERT(has_ended(), "the task has not ended");
    if (was_cancelled()) throw future_cancelled("task " + name() + " was cancelled");
    if constexpr (std::is_void_v<T>) {
      result_slot().take();
    } else {
      return static_cast<std::add_lvalue_reference_t<T>>(result_slot().value());
    }
  }
  /// What it threw, or null.
  /// Requires: it has ended.
  std::exception_ptr exception() noexcept { return result_slot().error(); }

 private:
  friend class task_group;
  friend class loop_runner;
  using frame_handle = typename task<T>::handle;

  child(task_record& record, frame_handle frame) noexcept : task_handle(record, frame) {}
  outcome<T>& result_slot() const noexcept {
    return frame_handle::from_address(frame_.address()).promise().result();
  }
};

}  // namespace pirn
