// taxi_gantt: what each taxi did when, as a drawing.
#pragma once

#include <cstdint>
#include <span>

#include "svg_page.hpp"
#include "taxi_day.hpp"

namespace pirn::apps {

/// A bar for each taxi, from left to right through its day: light while it looks for passengers,
/// dark while it has some.
class taxi_gantt {
 public:
  /// `events`: those of the plan's day. They are not kept.
  taxi_gantt(taxi_plan plan, std::span<const taxi_event> events);

  double height() const noexcept;
  /// Draws it `width` wide, from `top` downwards.
  void draw(svg_page& page, double top, double width) const;

 private:
  class stretches;

  taxi_plan plan_;
  std::span<const taxi_event> events_;
  std::int64_t end_;  // of the axis
};

}  // namespace pirn::apps
