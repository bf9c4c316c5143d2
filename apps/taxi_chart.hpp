// taxi_chart: a day of taxis, and how long many were, as an SVG file.
#pragma once

#include <string>

#include "pirn/simulation/tally.hpp"
#include "taxi_day.hpp"

namespace pirn::apps {

/// The text of a drawing: the day's Gantt chart, and below it, unless `ends_of_day` is null, the
/// histogram of these.
std::string taxi_chart(taxi_plan plan, taxi_style style, const des::tally* ends_of_day);

}  // namespace pirn::apps
