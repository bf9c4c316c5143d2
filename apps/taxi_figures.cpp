#include "taxi_figures.hpp"

#include <algorithm>

namespace pirn::apps {

void taxi_observer::observe(const taxi_event& event) {
  const auto taxi = static_cast<std::size_t>(event.proc);
  if (taxi >= last_.size()) last_.resize(taxi + 1);
  const std::int64_t since = event.time - last_[taxi];
  last_[taxi] = event.time;
  ++figures_.events;
  figures_.end_of_day = std::max(figures_.end_of_day, event.time);
  if (event.action == taxi_action::leave_garage) return;
  figures_.minutes_on_road += since;
  if (event.action == taxi_action::going_home) ++figures_.at_home;
  if (event.action != taxi_action::drop_off) return;
  ++figures_.trips;
  figures_.minutes_occupied += since;
}

}  // namespace pirn::apps
