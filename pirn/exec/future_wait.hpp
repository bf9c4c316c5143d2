// future_wait: a task's wait for a future.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/inbox.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"
#include "pirn/exec/future_state.hpp"

namespace pirn::detail {

/// The part without types. The end of the future comes to the loop as a message.
class future_wait_base : public wait_node, private future_observer, private inbox_message {
 public:
  static constexpr bool selectable = false;
  std::string describe() const override { return "future"; }

 protected:
  explicit future_wait_base(state_ref<future_state> state) noexcept : state_(std::move(state)) {}
  bool try_complete() const noexcept { return state_->is_settled(); }
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;

  future_state& state() const noexcept { return *state_; }

 private:
  void settled() noexcept override;
  void arrived() noexcept override;

  const state_ref<future_state> state_;
  loop* home_ = nullptr;
};

/// `Result`: T& looks at the value, T moves it out.
template <class T, class Result>
class [[nodiscard]] future_wait final : public awaitable<future_wait<T, Result>, future_wait_base> {
  using base = awaitable<future_wait<T, Result>, future_wait_base>;

 public:
  future_wait(task_record& waiter, state_ref<typed_future_state<T>> state) noexcept
      : base(std::move(state)) {
    this->bind(waiter);
  }

 private:
  friend base;
  Result result() {
    auto& typed = static_cast<typed_future_state<T>&>(this->state());
    if (typed.status() == future_status::cancelled) throw future_cancelled();
    if constexpr (std::is_lvalue_reference_v<Result>) {
      return typed.result.value();
    } else {
      return typed.result.take();
    }
  }
};

}  // namespace pirn::detail
