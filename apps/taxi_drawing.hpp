// taxi_drawing: colours, and measures in pixels, that the two drawings of a taxi_chart share.
#pragma once

#include <string_view>

namespace pirn::apps::taxi_drawing {

inline constexpr std::string_view grid_colour = "#e4e4e4";
inline constexpr std::string_view faint_colour = "#777";

inline constexpr double margin = 24;
inline constexpr double label_width = 64;
inline constexpr double head_height = 74;
inline constexpr double foot_height = 50;

}  // namespace pirn::apps::taxi_drawing
