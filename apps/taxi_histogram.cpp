#include "taxi_histogram.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "svg_axis.hpp"
#include "taxi_drawing.hpp"

namespace pirn::apps {

namespace {

using namespace taxi_drawing;

constexpr std::string_view bar_colour = "#7fa6c9";
constexpr std::string_view mean_colour = "#b3261e";

// Whole minutes: the edges lie between them, and each bin has as many of them as the next.
des::histogram in_minutes(const des::tally& days) {
  const double range = days.maximum() - days.minimum() + 1;
  const double wanted = std::clamp(std::sqrt(static_cast<double>(days.count())), 5.0, 40.0);
  const double minutes = std::max(1.0, std::ceil(range / wanted));
  const double bins = std::ceil(range / minutes);
  const double low = days.minimum() - 0.5;
  des::histogram made(low, low + bins * minutes, static_cast<std::size_t>(bins));
  for (const auto& each : days.seen().values().entries()) made.add(each.value, each.weight);
  return made;
}

double highest_of(const des::histogram& bins) {
  double highest = 1;
  for (std::size_t i = 0; i < bins.bins(); ++i) highest = std::max(highest, bins.weight(i));
  return highest;
}

std::string note_of(const des::histogram& bins, std::size_t i) {
  const double first = std::ceil(bins.edge(i));
  const double last = std::floor(bins.edge(i + 1));
  return fmt::format("{} to {}: {}", first, last, bins.weight(i));
}

std::string words_for(const des::confidence_interval& mean) {
  if (std::isinf(mean.half_width)) return fmt::format("{:.1f} in the mean", mean.mean);
  return fmt::format("{:.1f} ± {:.1f} in the mean ({:.0f} % confidence)", mean.mean,
                     mean.half_width, 100 * mean.level);
}

}  // namespace

void draw_taxi_histogram(svg_page& page, double top, double width, const des::tally& ends_of_day) {
  const des::histogram bins = in_minutes(ends_of_day);
  const double bottom = top + taxi_histogram_height - foot_height;
  const svg_axis minutes({.low = bins.edge(0),
                          .high = bins.edge(bins.bins()),
                          .begin = margin + label_width,
                          .end = width - margin});
  const svg_axis days(
      {.low = 0, .high = highest_of(bins) * 1.05, .begin = bottom, .end = top + head_height});
  const des::confidence_interval mean = ends_of_day.independent_confidence();

  page.text({margin, top + 34}, fmt::format("The end of the day, {} seeds", ends_of_day.count()),
            {.size = 17, .bold = true});
  page.line({margin, top + 54}, {margin + 22, top + 54}, {.colour = mean_colour, .width = 2});
  page.text({margin + 29, top + 58}, words_for(mean));

  for (double tick : days.ticks(6)) {
    page.line({minutes.begin(), days.at(tick)}, {minutes.end(), days.at(tick)},
              {.colour = grid_colour});
    page.text({minutes.begin() - 8, days.at(tick) + 4}, tick_text(tick),
              {.anchor = svg_anchor::end});
  }
  page.text({margin + 10, (top + head_height + bottom) / 2}, "days",
            {.anchor = svg_anchor::middle, .colour = faint_colour, .turned = -90});
  for (std::size_t i = 0; i < bins.bins(); ++i) {
    const double left = minutes.at(bins.edge(i));
    const double right = minutes.at(bins.edge(i + 1));
    const double height = days.at(bins.weight(i));
    page.box({left + 0.5, height, right - left - 1, bottom - height}, bar_colour, note_of(bins, i));
  }
  page.line({minutes.begin(), bottom}, {minutes.end(), bottom});
  for (double tick : minutes.ticks(13)) {
    page.line({minutes.at(tick), bottom}, {minutes.at(tick), bottom + 5});
    page.text({minutes.at(tick), bottom + 19}, tick_text(tick), {.anchor = svg_anchor::middle});
  }
  page.text({(minutes.begin() + minutes.end()) / 2, bottom + 38}, "minute of the last event",
            {.anchor = svg_anchor::middle, .colour = faint_colour});
  page.line({minutes.at(mean.mean), top + head_height}, {minutes.at(mean.mean), bottom},
            {.colour = mean_colour, .width = 2});
}

}  // namespace pirn::apps
