#include "pirn/world/fault_plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn {

std::string_view name_of(fault_kind kind) noexcept {
  switch (kind) {
    case fault_kind::partition:
      return "partition";
    case fault_kind::one_way_partition:
      return "one-way-partition";
    case fault_kind::clog:
      return "clog";
    case fault_kind::bad_way:
      return "bad-way";
    case fault_kind::pause:
      return "pause";
    case fault_kind::crash:
      return "crash";
    case fault_kind::slow_disk:
      return "slow-disk";
    case fault_kind::full_disk:
      return "full-disk";
    case fault_kind::failing_disk:
      return "failing-disk";
    case fault_kind::clock_jump:
      return "clock-jump";
    case fault_kind::drift:
      return "drift";
  }
  PIRN_ASSERT(false, "a kind of fault");
  std::unreachable();
}

bool is_of_way(fault_kind kind) noexcept {
  switch (kind) {
    case fault_kind::partition:
    case fault_kind::one_way_partition:
    case fault_kind::clog:
    case fault_kind::bad_way:
      return true;
    case fault_kind::pause:
    case fault_kind::crash:
    case fault_kind::slow_disk:
    case fault_kind::full_disk:
    case fault_kind::failing_disk:
    case fault_kind::clock_jump:
    case fault_kind::drift:
      return false;
  }
  PIRN_ASSERT(false, "a kind of fault");
  std::unreachable();
}

namespace {

// What of a host or a way is changed, and changed back: what two faults may get into each other's
// way about.
fault_kind concern(fault_kind kind) noexcept {
  if (kind == fault_kind::one_way_partition) return fault_kind::partition;
  if (kind == fault_kind::pause) return fault_kind::crash;  // a crash ends the pause
  return kind;
}

}  // namespace

bool exclude_each_other(const fault& one, const fault& other) noexcept {
  if (concern(one.kind) != concern(other.kind) || one.kind == fault_kind::clock_jump) return false;
  if (!is_of_way(one.kind)) return one.one == other.one;
  return std::minmax(one.one, one.other) == std::minmax(other.one, other.other);
}

std::string describe(const fault& what) {
  const std::string both = what.one + " and " + what.other;
  switch (what.kind) {
    case fault_kind::partition:
      return "partition of " + both;
    case fault_kind::one_way_partition:
      return "partition from " + what.one + " to " + what.other;
    case fault_kind::clog:
      return "clog between " + both;
    case fault_kind::bad_way:
      return "bad way between " + both;
    case fault_kind::pause:
      return "pause of " + what.one;
    case fault_kind::crash:
      return "crash of " + what.one;
    case fault_kind::slow_disk:
      return "slow disk of " + what.one;
    case fault_kind::full_disk:
      return "full disk of " + what.one;
    case fault_kind::failing_disk:
      return "failing disk of " + what.one;
    case fault_kind::clock_jump:
      return "jump of the clock of " + what.one;
    case fault_kind::drift:
      return "drift of the clock of " + what.one;
  }
  PIRN_ASSERT(false, "a kind of fault");
  std::unreachable();
}

void fault_plan::sort() {
  for (auto each = faults.begin(); each != faults.end(); ++each) {  // most are in order already
    const auto place =
        std::ranges::upper_bound(faults.begin(), each, each->after, {}, &fault::after);
    std::rotate(place, each, std::next(each));
  }
}

}  // namespace pirn
