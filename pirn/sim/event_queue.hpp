// event_queue: virtual time, and what will happen in it, in (time, sequence) order.
#pragma once

#include "pirn/base/assert.hpp"
#include "pirn/base/time.hpp"
#include "pirn/core/timer.hpp"

namespace pirn::sim {

/// Something that happens at a moment of virtual time: a packet arrives, a disk answers. `fire()`
/// is the event.
using simulated_event = timer_node;

/// The clock of a simulation and the events that are to come. Time moves only by `jump`.
///
/// Threads: one loop's.
/// Cost:    see timer_queue.
class event_queue {
 public:
  explicit event_queue(time_point start) noexcept : now_(start) {}
  event_queue(event_queue&&) = delete;  // everything simulated points at it

  time_point now() const noexcept { return now_; }
  bool empty() const noexcept { return events_.empty(); }
  std::size_t size() const noexcept { return events_.size(); }
  /// The moment of the first event; `never` when there is none.
  time_point next() noexcept { return events_.empty() ? never : events_.earliest(); }
  bool is_due() noexcept { return next() <= now_; }

  /// Lets the event happen at `when`, after those that were added before for the same moment.
  /// Requires: it is not in the queue, and `when` is not past.
  void add(simulated_event& event, time_point when) {
    PIRN_ASSERT(when >= now_, "an event happens now or later");
    events_.add(event, when);
  }
  /// Requires: the event is in the queue.
  void remove(simulated_event& event) noexcept { events_.remove(event); }

  /// Lets happen all that is due, in order; what that adds for this same moment too.
  void happen() noexcept {
    if (is_due()) events_.fire_due(now_);
  }

  /// Moves the clock.
  /// Requires: `to` is not past, and no event lies between.
  void jump(time_point to) noexcept {
    PIRN_ASSERT(to >= now_ && to <= next(), "time moves on, and from event to event");
    now_ = to;
  }
  /// The same where there are no events.
  void stand_idle(time_point until) noexcept {
    PIRN_ASSERT(until >= now_ && empty(), "time moves on, past no event");
    now_ = until;
  }

 private:
  timer_queue events_;
  time_point now_;
};

}  // namespace pirn::sim
