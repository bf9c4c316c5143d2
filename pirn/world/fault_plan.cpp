#include "pirn/world/fault_plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "pirn/world/names.hpp"

namespace pirn {

bool exclude_each_other(const fault& one, const fault& other) noexcept {
  const auto concern = [](const fault& of) { return detail::facts_of(of.kind).concern; };
  if (concern(one) != concern(other) || one.kind == fault_kind::clock_jump) return false;
  if (!is_of_way(one.kind)) return one.one == other.one;
  return std::minmax(one.one, one.other) == std::minmax(other.one, other.other);
}

std::string describe(const fault& what) {
  return fmt::format(fmt::runtime(detail::facts_of(what.kind).words), what.one, what.other);
}

void fault_plan::sort() {
  for (auto each = faults.begin(); each != faults.end(); ++each) {  // most are in order already
    const auto place =
        std::ranges::upper_bound(faults.begin(), each, each->after, {}, &fault::after);
    std::rotate(place, each, std::next(each));
  }
}

// ---- what cannot be ----

namespace {

constexpr std::string_view below_zero = "a length of time is not below zero";
constexpr std::string_view no_chance = "a chance is from 0 to 1";

bool is_chance(double number) noexcept {
  return number >= 0 && number <= 1;
}

std::string_view problem_of_details(const fault& one) noexcept {
  switch (one.kind) {
    case fault_kind::bad_way:
      return problem_of(one.way);
    case fault_kind::slow_disk:
      return one.disk_delay < duration::zero() ? below_zero : "";
    case fault_kind::failing_disk:
      return is_chance(one.disk_failure) ? "" : no_chance;
    case fault_kind::clock_jump:
      return one.ahead < duration::zero() ? "a clock does not go back" : "";
    case fault_kind::drift:
      if (one.drift_ppm > -fault::drift_end_ppm && one.drift_ppm < fault::drift_end_ppm) return {};
      return "a clock neither stands nor goes twice as fast";
    case fault_kind::partition:
    case fault_kind::one_way_partition:
    case fault_kind::clog:
    case fault_kind::pause:
    case fault_kind::crash:
    case fault_kind::full_disk:
      break;
  }
  return {};
}

}  // namespace

std::string_view problem_of(const sim::link_options& way) noexcept {
  const std::array lengths{way.latency, way.jitter, way.tail, way.reordering_delay};
  if (std::ranges::min(lengths) < duration::zero()) return below_zero;
  constexpr duration tail_max = duration::max() / 1000;  // what is drawn may be so much longer
  if (way.tail > tail_max) return "a tail is some hundred days at most";
  const std::array chances{way.loss, way.duplication, way.reordering};
  if (!std::ranges::all_of(chances, is_chance)) return no_chance;
  return way.loss == 1 ? "a way that loses all is a partition" : "";
}

std::string_view problem_of(const fault& one) noexcept {
  if (one.after < duration::zero() || one.lasts < duration::zero()) return below_zero;
  if (!world_names::is_name(one.one)) return world_names::what_a_name_is;
  if (is_of_way(one.kind)) {
    if (!world_names::is_name(one.other)) return world_names::what_a_name_is;
    if (one.one == one.other) return "a way is between two hosts";
  }
  return problem_of_details(one);
}

}  // namespace pirn
