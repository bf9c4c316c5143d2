// calendar: at which times of a day, or of another period, how many places there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task.hpp"

namespace pirn::des {

/// From `offset` after the beginning of each period on there are `capacity` places.
struct shift {
  duration offset{};
  std::size_t capacity = 0;
};

/// Shifts that repeat: `calendar day(24h, {{8h, 3}, {17h, 1}, {20h, 0}});` Before the first shift
/// of a period the last one of the period before goes on. Periods begin at the loop clock's zero,
/// and so at a simulation's start unless it starts at another time.
class calendar {
 public:
  /// Requires: at least one shift; offsets that rise, from zero on, to less than the period
  ///           (asserted).
  calendar(duration period, std::vector<shift> shifts);

  duration period() const noexcept { return period_; }
  const std::vector<shift>& shifts() const noexcept { return shifts_; }

  /// How many places there are at a moment.
  std::size_t capacity_at(time_point moment) const noexcept;
  /// When the next shift begins: after `moment`, not at it.
  time_point next_change_after(time_point moment) const noexcept;

 private:
  duration since_period_began(time_point moment) const noexcept;

  duration period_;
  std::vector<shift> shifts_;
};

/// Sets a resource's capacity by the calendar, from now on and at the beginning of each shift
/// before `end`: `group.start(follow(day, tellers, closing));` The last capacity stays.
///
/// Without an end it goes on until it is cancelled, and so does a run of its simulation that has no
/// end either.
///
/// At the beginning of a shift it goes ahead of the processes whose sleeps end in that moment.
///
/// Lifetime: the resource must outlive it.
template <class Resource>
  requires requires(Resource& resource, std::size_t capacity) { resource.set_capacity(capacity); }
task<> follow(calendar times, Resource& resource, time_point end = never) {
  constexpr std::int16_t ahead = -1;
  for (time_point next = now(); next < end; next = times.next_change_after(now())) {
    if (next > now()) co_await sleep_until(next, ahead);
    resource.set_capacity(times.capacity_at(now()));
  }
}

}  // namespace pirn::des
