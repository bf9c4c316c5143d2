// future_wait: a task's wait for a future.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/inbox.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"
#include "pirn/exec/future_state.hpp"

namespace pirn::detail {

/// What a waiter whose message is on the way says when it is asked to cancel. A loop on virtual
/// time does not wait for other threads, so there it must have the message before it looks again
/// whether anything can still happen.
cancel_answer have_message_now(loop& home, inbox_message& message) noexcept;

/// What a task that is asked to leave does about the future that it waits for.
enum class on_leaving : std::uint8_t {
  cancel_future,  ///< cancels it, if it has not begun, and leaves
  leave_future,   ///< leaves
  wait_if_begun,  ///< cancels it and leaves; stays to its end if it has begun
};

/// The part without types. The end of the future comes to the loop as a message.
class future_wait_base : public wait_node, private future_observer, private inbox_message {
 public:
  static constexpr bool selectable = false;
  std::string describe() const override { return "future"; }

 protected:
  future_wait_base(state_ref<future_state> state, on_leaving leaving) noexcept
      : leaving_(leaving), state_(std::move(state)) {}
  explicit future_wait_base(on_leaving leaving) noexcept : leaving_(leaving) {}
  /// For those who know the future only when they are awaited.
  void wait_for(state_ref<future_state> state) noexcept { state_ = std::move(state); }
  bool try_complete() const noexcept { return state_->is_settled(); }
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;

  future_state& state() const noexcept { return *state_; }

 private:
  void settled() noexcept override;
  void arrived() noexcept override;

  const on_leaving leaving_;
  state_ref<future_state> state_;
  loop* home_ = nullptr;
};

/// What a future that has ended gives: `Result` T& looks at the value, T moves it out.
template <class Result, class T>
Result result_of(typed_future_state<T>& ended) {
  if (ended.status() == future_status::cancelled) throw future_cancelled();
  if constexpr (std::is_lvalue_reference_v<Result> && !std::is_lvalue_reference_v<T>) {
    return ended.result.value();
  } else {
    return ended.result.take();
  }
}

/// `Result`: T& looks at the value, T moves it out.
template <class T, class Result>
class [[nodiscard]] future_wait final : public awaitable<future_wait<T, Result>, future_wait_base> {
  using base = awaitable<future_wait<T, Result>, future_wait_base>;

 public:
  future_wait(task_record& waiter, state_ref<typed_future_state<T>> state) noexcept
      : base(std::move(state), on_leaving::cancel_future) {
    this->bind(waiter);
  }

 private:
  friend base;
  Result result() { return result_of<Result>(static_cast<typed_future_state<T>&>(this->state())); }
};

/// Waits for the end, whatever it is. Leaving it does nothing to the future.
class [[nodiscard]] settled_wait final : public awaitable<settled_wait, future_wait_base> {
  using base = awaitable<settled_wait, future_wait_base>;

 public:
  explicit settled_wait(future_state& awaited) noexcept
      : base(share(awaited), on_leaving::leave_future) {}

 private:
  friend base;
};

}  // namespace pirn::detail
