// host_clock: what a host takes the time to be.
#pragma once

#include <cstdint>

#include "pirn/base/time.hpp"

namespace pirn {

/// A clock beside the world's: ahead by a skew, and faster or slower by a drift. It never goes
/// back, as a monotonic clock does not.
class host_clock {
 public:
  explicit host_clock(time_point start) noexcept : world_(start), local_(start) {}

  /// What the clock shows at a moment of the world.
  time_point local(time_point world) const noexcept;
  /// The first moment of the world at which the clock shows `local` or later.
  time_point world(time_point local) const noexcept;

  /// From `now` on it is so much further ahead.
  /// Requires: not less than nothing.
  void skew(time_point now, duration ahead) noexcept;
  /// From `now` on it gains so many microseconds each second; loses, below zero.
  /// Requires: more than -1,000,000.
  void drift(time_point now, std::int32_t parts_per_million) noexcept;
  std::int32_t drift_ppm() const noexcept { return ppm_; }

 private:
  void start_anew(time_point now) noexcept;

  time_point world_;  // here the clock showed local_
  time_point local_;
  std::int32_t ppm_ = 0;
};

}  // namespace pirn
