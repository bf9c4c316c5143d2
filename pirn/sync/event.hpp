// event: a flag that tasks can wait for.
#pragma once

#include <string>

#include "pirn/core/wait_list.hpp"

namespace pirn {

class event;

/// Waits until an event is set.
class [[nodiscard]] event_wait final : public awaitable<event_wait, list_wait> {
 public:
  std::string describe() const override { return "event"; }

 private:
  friend class event;
  friend class awaitable<event_wait, list_wait>;

  explicit event_wait(event& flag) noexcept;
  bool try_complete() const noexcept;

  event& event_;
};

/// A flag that tasks can wait for; starts unset. A waiter that was there at set() wakes even if
/// clear() follows.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted).
/// Source:   asyncio.Event.
class event {
 public:
  event() = default;
  event(event&&) = delete;  // waiters point at it

  bool is_set() const noexcept { return set_; }
  void clear() noexcept { set_ = false; }

  /// Sets the flag and makes every waiter ready, in the order they arrived. Waiters run on a later
  /// turn of the loop, never inside this call, so it is safe to call with invariants half restored.
  /// Setting twice does nothing.
  void set() noexcept {
    set_ = true;
    waiters_.wake_all();
  }

  /// Waits until the event is set; does not suspend if it already is.
  ///
  /// Cancel: leaves the list of waiters; the event is unchanged.
  event_wait wait() noexcept { return event_wait(*this); }

 private:
  friend class event_wait;

  wait_list waiters_;
  bool set_ = false;
};

inline event_wait::event_wait(event& flag) noexcept : awaitable(flag.waiters_), event_(flag) {}

inline bool event_wait::try_complete() const noexcept {
  return event_.set_;
}

}  // namespace pirn
