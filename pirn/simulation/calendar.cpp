#include "pirn/simulation/calendar.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::des {

calendar::calendar(duration period, std::vector<shift> shifts)
    : period_(period), shifts_(std::move(shifts)) {
  PIRN_ASSERT(!shifts_.empty(), "a calendar has a shift");
  PIRN_ASSERT(std::ranges::is_sorted(shifts_, std::ranges::less_equal{}, &shift::offset),
              "the shifts of a calendar begin one after another");
  PIRN_ASSERT(shifts_.front().offset >= duration::zero() && shifts_.back().offset < period_,
              "the shifts of a calendar begin within its period");
}

// Before the clock's zero, too, periods are counted from it.
duration calendar::since_period_began(time_point moment) const noexcept {
  const duration rest = moment.time_since_epoch() % period_;
  return rest < duration::zero() ? rest + period_ : rest;
}

std::size_t calendar::capacity_at(time_point moment) const noexcept {
  const auto next =
      std::ranges::upper_bound(shifts_, since_period_began(moment), {}, &shift::offset);
  return next == shifts_.begin() ? shifts_.back().capacity : std::prev(next)->capacity;
}

time_point calendar::next_change_after(time_point moment) const noexcept {
  const duration passed = since_period_began(moment);
  const auto next = std::ranges::upper_bound(shifts_, passed, {}, &shift::offset);
  if (next != shifts_.end()) return moment + (next->offset - passed);
  return moment + (period_ - passed + shifts_.front().offset);
}

}  // namespace pirn::des
