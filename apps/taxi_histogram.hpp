// taxi_histogram: how long the days of many seeds were, as a drawing.
#pragma once

#include "pirn/simulation/tally.hpp"
#include "svg_page.hpp"

namespace pirn::apps {

inline constexpr double taxi_histogram_height = 330;

/// Draws how many days had their last event in which minutes, `width` wide and from `top`
/// downwards, with the mean and its interval.
/// Requires: a day was observed; values are kept.
void draw_taxi_histogram(svg_page& page, double top, double width, const des::tally& ends_of_day);

}  // namespace pirn::apps
