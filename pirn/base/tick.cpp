#include "pirn/base/tick.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace pirn {

namespace {

using wide = __int128;

// Counts of one unit that make a count of another are multiplied by this, in lowest terms.
struct wide_fraction {
  wide numerator;
  wide denominator;
};

wide greatest_common_divisor(wide a, wide b) noexcept {
  while (b != 0) {
    const wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

wide_fraction quotient(std::int64_t from_numerator, std::int64_t from_denominator,
                       std::int64_t to_numerator, std::int64_t to_denominator) noexcept {
  const wide numerator = static_cast<wide>(from_numerator) * to_denominator;
  const wide denominator = static_cast<wide>(from_denominator) * to_numerator;
  const wide common = greatest_common_divisor(numerator, denominator);
  return {numerator / common, denominator / common};
}

[[noreturn]] void throw_overflow(tick of) {
  throw std::overflow_error("a length of time is more than 2^63 ticks of a " +
                            std::string(name_of(of)));
}

// Rounded towards minus infinity, as moments before zero are as far apart as those after it.
wide floor_of(wide dividend, wide divisor) noexcept {
  const wide whole = dividend / divisor;
  return dividend % divisor < 0 ? whole - 1 : whole;
}

}  // namespace

std::string_view name_of(tick length) noexcept {
  switch (length) {
    case tick::nanosecond:
      return "nanosecond";
    case tick::picosecond:
      return "picosecond";
    case tick::microsecond:
      return "microsecond";
    case tick::millisecond:
      return "millisecond";
    case tick::second:
      return "second";
    case tick::minute:
      return "minute";
    case tick::hour:
      return "hour";
    case tick::day:
      return "day";
  }
  return "?";
}

tick_scale::tick_scale(tick length) noexcept : tick_(length), length_{1, 1} {
  switch (length) {
    case tick::nanosecond:
      length_ = {1, 1'000'000'000};
      break;
    case tick::picosecond:
      length_ = {1, 1'000'000'000'000};
      break;
    case tick::microsecond:
      length_ = {1, 1'000'000};
      break;
    case tick::millisecond:
      length_ = {1, 1'000};
      break;
    case tick::second:
      break;
    case tick::minute:
      length_ = {60, 1};
      break;
    case tick::hour:
      length_ = {3'600, 1};
      break;
    case tick::day:
      length_ = {86'400, 1};
      break;
  }
}

std::int64_t tick_scale::exact(fraction unit, std::int64_t count) const {
  const wide_fraction factor =
      quotient(unit.numerator, unit.denominator, length_.numerator, length_.denominator);
  wide ticks = 0;
  if (__builtin_mul_overflow(static_cast<wide>(count), factor.numerator, &ticks)) {
    throw_overflow(tick_);
  }
  if (ticks % factor.denominator != 0) {
    throw std::domain_error("a length of time is no whole number of ticks of a " +
                            std::string(name_of(tick_)));
  }
  ticks /= factor.denominator;
  if (ticks > INT64_MAX || ticks < INT64_MIN) throw_overflow(tick_);
  return static_cast<std::int64_t>(ticks);
}

std::int64_t tick_scale::nearest(fraction unit, double count) const {
  const wide_fraction factor =
      quotient(unit.numerator, unit.denominator, length_.numerator, length_.denominator);
  const double ticks = std::nearbyint(count * static_cast<double>(factor.numerator) /
                                      static_cast<double>(factor.denominator));
  if (std::isnan(ticks)) throw std::domain_error("a length of time is not a number");
  if (ticks >= 0x1p63 || ticks < -0x1p63) throw_overflow(tick_);
  return static_cast<std::int64_t>(ticks);
}

double tick_scale::units_in(fraction unit, std::int64_t ticks) const noexcept {
  const wide_fraction factor =
      quotient(length_.numerator, length_.denominator, unit.numerator, unit.denominator);
  return static_cast<double>(ticks) * static_cast<double>(factor.numerator) /
         static_cast<double>(factor.denominator);
}

std::int64_t tick_scale::whole_units_in(fraction unit, std::int64_t ticks) const {
  const wide_fraction factor =
      quotient(length_.numerator, length_.denominator, unit.numerator, unit.denominator);
  wide units = 0;
  if (__builtin_mul_overflow(static_cast<wide>(ticks), factor.numerator, &units)) {
    throw_overflow(tick_);
  }
  units = floor_of(units, factor.denominator);
  if (units > INT64_MAX || units < INT64_MIN) throw_overflow(tick_);
  return static_cast<std::int64_t>(units);
}

}  // namespace pirn
