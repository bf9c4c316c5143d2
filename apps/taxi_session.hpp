// taxi_session: shows a day of taxis while it passes.
#pragma once

#include <type_traits>

#include "pirn/base/time.hpp"
#include "taxi_day.hpp"

namespace pirn::apps {

/// How a day is shown.
struct taxi_show {
  taxi_style style = taxi_style::generators;
  duration delay{};  ///< of real time after each event
  bool json = false;
};
static_assert(std::is_trivially_copyable_v<taxi_show>);

/// Prints a day's events and how it ended. With a delay it is a loop that waits.
void show_taxi_day(taxi_plan plan, taxi_show how);

}  // namespace pirn::apps
