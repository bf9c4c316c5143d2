// event: something that happens once in a simulation, with a value or as a failure.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/base/outcome.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/core/wait_list.hpp"
#include "pirn/simulation/unhandled_failures.hpp"

namespace pirn::des {

template <class T>
class event;

/// Waits until an event has happened.
template <class T>
class [[nodiscard]] event_wait final : public awaitable<event_wait<T>, list_wait> {
  using base = awaitable<event_wait<T>, list_wait>;

 public:
  std::string describe() const override { return "event"; }
  /// Whether awaiting it would not suspend.
  bool is_over() const noexcept { return event_.is_triggered(); }

 private:
  friend base;
  friend class event<T>;

  explicit event_wait(event<T>& awaited) noexcept : base(awaited.waiters_), event_(awaited) {}
  event_wait(task_record& waiter, event<T>& awaited) noexcept : event_wait(awaited) {
    this->bind(waiter);
  }

  bool try_complete() const noexcept { return event_.is_triggered(); }
  typename event<T>::result_type result() const {
    event_.settle();
    return event_.result();
  }

  event<T>& event_;
};

/// Something that happens once: it succeeds, with a value if `T` is not void, or it fails with an
/// exception. Any number of tasks may wait for it, before and after; each gets the value, by
/// reference, or the exception.
///
/// `co_await event` waits for it; `event.wait()` is the same for select(). Unlike `pirn::event`,
/// which is a flag, it cannot be undone.
///
/// A failure that nobody awaits ends the run of the simulation, which throws it: one that has no
/// waiter when it comes, and gets none before nothing else is ready in that moment, and that was
/// not defused. Outside a simulation it stays with the event.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted), and whoever uses its value.
/// Source:   SimPy's Event.
template <class T = void>
class event {
  static_assert(std::is_void_v<T> || std::is_object_v<T>, "an event's value is an object or void");

 public:
  using value_type = T;
  using result_type =
      std::conditional_t<std::is_void_v<T>, void, std::add_lvalue_reference_t<const T>>;

  event() = default;
  event(event&&) = delete;  // waiters point at it

  /// Whether it has happened, as a success or as a failure.
  bool is_triggered() const noexcept { return !outcome_.empty(); }
  bool has_failed() const noexcept { return outcome_.has_error(); }

  /// It happens, with a value made of the arguments. All who wait become ready, in the order in
  /// which they came; none runs inside this call.
  /// Requires: it has not happened yet (asserted, where SimPy throws: it is a mistake in the
  /// model). Throws:   what making the value throws; then it has not happened.
  template <class... Args>
    requires(std::is_void_v<T> ? sizeof...(Args) == 0 : std::is_constructible_v<T, Args...>)
  void succeed(Args&&... args) {
    PIRN_ASSERT(!is_triggered(), "an event happens once");
    outcome_.set_value(std::forward<Args>(args)...);
    waiters_.wake_all();
  }

  /// It fails: all who wait, and who will, get the exception.
  /// Requires: it has not happened yet (asserted); an exception.
  void fail(std::exception_ptr error) noexcept {
    PIRN_ASSERT(!is_triggered(), "an event happens once");
    PIRN_ASSERT(error != nullptr, "an event fails with an exception");
    outcome_.set_error(std::move(error));
    if (waiters_.empty() && !is_defused_) {
      is_noted_ = detail::note_unhandled(this, outcome_.error());
    }
    waiters_.wake_all();
  }
  template <class E>
  void fail(E error) noexcept {
    fail(std::make_exception_ptr(std::move(error)));
  }

  /// A failure, past or to come, ends no run: it is looked at without waiting, or does not matter.
  void defuse() noexcept {
    is_defused_ = true;
    settle();
  }

  /// The value, or rethrows.
  /// Requires: it has happened (asserted).
  result_type result() const {
    PIRN_ASSERT(is_triggered(), "an event has a result when it has happened");
    if constexpr (std::is_void_v<T>) {
      if (has_failed()) std::rethrow_exception(outcome_.error());
    } else {
      return outcome_.value();
    }
  }

  /// Waits until it has happened; does not suspend if it already has.
  ///
  /// Cancel: leaves the list of waiters; the event is unchanged.
  event_wait<T> wait() noexcept { return event_wait<T>(*this); }
  event_wait<T> awaited_by(frame_base& caller) noexcept { return {caller.record(), *this}; }

 private:
  friend class event_wait<T>;

  void settle() noexcept {
    if (!is_noted_) [[likely]]
      return;
    is_noted_ = false;
    detail::note_handled(this);
  }

  wait_list waiters_;
  outcome<T> outcome_;
  bool is_defused_ = false;
  bool is_noted_ = false;  // the simulation has the failure among those that nobody awaits
};

}  // namespace pirn::des
