// run_on: work on another loop, awaited here.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/loop_handle.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/core/task.hpp"

namespace pirn {

namespace detail {

/// A task's stay on another loop, and the wait for its end.
///
/// One message goes there, starts the task, and comes back when the task has ended; a second one
/// follows it when the waiter is cancelled. The stay ends when both have arrived, so neither finds
/// the waiter's frame gone; until then the other loop counts a visit and cannot end.
class visit_base : public wait_node, private inbox_message, private end_observer {
 public:
  static constexpr bool selectable = false;
  std::string describe() const override { return "call on another loop"; }

 protected:
  explicit visit_base(const loop_handle& where) noexcept : where_(where), order_(*this) {}

  bool try_complete() const noexcept { return false; }
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;
  /// Says why there is no result, if there is none.
  void check_result() const;

  /// Runs the work and keeps what comes of it in the outcome.
  virtual task<> work() = 0;
  virtual void set_error(std::exception_ptr error) noexcept = 0;
  virtual bool ended_by_cancelled() const noexcept = 0;

 private:
  /// Follows the visit to have its task cancelled.
  class cancel_order final : public inbox_message {
   public:
    explicit cancel_order(visit_base& target) noexcept : target_(target) {}

   private:
    void arrived() noexcept override { target_.cancel_there(); }
    visit_base& target_;
  };

  enum class stage : std::uint8_t {
    away,       // there, or on the way there
    following,  // and a cancel order is sent after it
    back,       // on the way back: nobody may follow any more
  };

  void arrived() noexcept override;
  void ended() noexcept override;
  void begin() noexcept;
  void cancel_there() noexcept;
  void come_back() noexcept;

  loop_handle where_;
  loop* home_ = nullptr;
  cancel_order order_;
  std::atomic<stage> stage_{stage::away};

  // Of the loop whose turn it is: the messages hand them over.
  task_record* there_ = nullptr;  // while the task runs
  bool returning_ = false;
  bool order_arrived_ = false;
  bool refused_ = false;
};

template <class T, class Fn, class... Args>
class [[nodiscard]] visit final : public awaitable<visit<T, Fn, Args...>, visit_base> {
  using base = awaitable<visit<T, Fn, Args...>, visit_base>;

 public:
  visit(const loop_handle& where, Fn& fn, Args&... args) noexcept
      : base(where), fn_(fn), args_(args...) {}

 private:
  friend base;

  // The callable and its arguments move into a frame on the other loop, and end there.
  task<> work() override {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await call();
        outcome_.set_value();
      } else {
        decltype(auto) value = co_await call();
        outcome_.set_value(std::forward<T>(value));
      }
    } catch (...) {
      outcome_.set_error(std::current_exception());
    }
  }
  task<T> call() {
    return std::apply(
        [this](Args&... args) { return spawn_call(std::move(fn_), std::move(args)...); }, args_);
  }
  void set_error(std::exception_ptr error) noexcept override {
    outcome_.set_error(std::move(error));
  }
  bool ended_by_cancelled() const noexcept override { return is_cancellation(outcome_.error()); }

  T result() {
    this->check_result();
    return outcome_.take();
  }

  Fn& fn_;
  std::tuple<Args&...> args_;
  outcome<T> outcome_;
};

/// Throws: std::logic_error when one of the two loops keeps virtual time.
void check_visit(const loop_handle& where);

template <class T, class Fn, class... Args>
task<T> call_on(loop_handle where, Fn fn, Args... args) {
  check_visit(where);
  visit<T, Fn, Args...> there(where, fn, args...);
  if constexpr (std::is_void_v<T>) {
    co_await there;
  } else {
    decltype(auto) value = co_await there;
    co_return std::forward<T>(value);
  }
}

}  // namespace detail

/// Runs `fn(args...)`, a task or a plain function, as a task on another loop, and waits for its
/// end. The task belongs to the one that waits, which stays until it has ended.
///
/// Returns:  its result, moved here.
/// Throws:   what it throws; loop_ended when the main task of that loop has ended before it began;
///           future_cancelled when it was cancelled there: because that loop's main task has ended
///           meanwhile, say; std::logic_error on virtual time, where there is one loop.
/// Cancel:   is told to the task there; its end is waited for, and a result that it gives all the
///           same is returned.
/// Lifetime: `fn` and the arguments are moved into the task there, and destroyed there. What they
///           refer to is used by another thread.
/// Cost:     two messages; two task frames and a record there. It inherits no task_local.
/// Example:  examples/34_run_on.cpp
template <class Fn, class... Args>
auto run_on(loop_handle where, Fn&& fn, Args&&... args) {
  static_assert(detail::callable_survives<Fn>, PIRN_CLOSURE_ADVICE);
  using result = typename detail::task_of<detail::call_result_t<Fn, Args...>>::value;
  return detail::call_on<result, std::decay_t<Fn>, std::decay_t<Args>...>(
      std::move(where), std::forward<Fn>(fn), std::forward<Args>(args)...);
}

}  // namespace pirn
