// tick: how long a tick of a loop's clock is, and lengths of time counted in ticks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace pirn {

/// How long a tick of a loop's clock is. Time against the kernel is counted in nanoseconds; a
/// simulation may choose, from 2^63 picoseconds (106 days) to as many days.
enum class tick : std::uint8_t {
  nanosecond,
  picosecond,
  microsecond,
  millisecond,
  second,
  minute,
  hour,
  day,
};

std::string_view name_of(tick length) noexcept;

/// Turns lengths of time into ticks and back.
class tick_scale {
 public:
  explicit tick_scale(tick length) noexcept;

  bool is_nanosecond() const noexcept { return tick_ == tick::nanosecond; }

  /// A length as a number of ticks: one that is counted in whole numbers exactly, one in floating
  /// point to the nearest.
  ///
  /// Throws: std::domain_error when it is no whole number of ticks, or not a number;
  ///         std::overflow_error when it is more than 2^63 of them.
  template <class Rep, class Period>
  std::int64_t ticks_in(std::chrono::duration<Rep, Period> length) const {
    if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
      return nearest({Period::num, Period::den}, static_cast<double>(length.count()));
    } else {
      return exact({Period::num, Period::den}, static_cast<std::int64_t>(length.count()));
    }
  }

  /// Ticks as a length in units of its own choice; whole units are rounded down.
  template <class Duration>
  Duration length_of(std::int64_t ticks) const {
    using rep = typename Duration::rep;
    using period = typename Duration::period;
    if constexpr (std::chrono::treat_as_floating_point_v<rep>) {
      return Duration(static_cast<rep>(units_in({period::num, period::den}, ticks)));
    } else {
      return Duration(static_cast<rep>(whole_units_in({period::num, period::den}, ticks)));
    }
  }

 private:
  /// A fraction of a second.
  struct fraction {
    std::int64_t numerator;
    std::int64_t denominator;
  };

  std::int64_t exact(fraction unit, std::int64_t count) const;
  std::int64_t nearest(fraction unit, double count) const;
  double units_in(fraction unit, std::int64_t ticks) const noexcept;
  std::int64_t whole_units_in(fraction unit, std::int64_t ticks) const;

  tick tick_;
  fraction length_;
};

}  // namespace pirn
