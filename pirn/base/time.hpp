// time: the loop's clock as chrono types.
#pragma once

#include <chrono>
#include <cstdint>

namespace pirn {

/// A length of loop time: 64-bit nanoseconds.
using duration = std::chrono::nanoseconds;

/// The clock that a loop keeps; its epoch is the driver's own (a kernel's monotonic clock, or the
/// start of a simulation). It has no `now()`: time is asked of a loop, `pirn::now()`.
struct loop_clock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = pirn::duration;
  using time_point = std::chrono::time_point<loop_clock>;
  static constexpr bool is_steady = true;
};

/// A moment of loop time.
using time_point = loop_clock::time_point;

/// Later than every moment: a deadline that never comes.
inline constexpr time_point never = time_point::max();

/// Longer than every wait: no time limit.
inline constexpr duration forever = duration::max();

/// `start + length`, or the last moment of the clock (`never`) where the sum would overflow.
template <class Clock>
constexpr std::chrono::time_point<Clock, duration> saturating_add(
    std::chrono::time_point<Clock, duration> start, duration length) noexcept {
  if (length > duration::zero() && start > start.max() - length) return start.max();
  return start + length;
}

}  // namespace pirn
