#include "taxi_chart.hpp"

#include <vector>

#include "svg_page.hpp"
#include "taxi_gantt.hpp"
#include "taxi_histogram.hpp"

namespace pirn::apps {

std::string taxi_chart(taxi_plan plan, taxi_style style, const des::tally* ends_of_day) {
  constexpr double width = 960;
  std::vector<taxi_event> events;
  for (const taxi_event& each : simulate(style, plan)) events.push_back(each);
  const taxi_gantt day(plan, events);
  svg_page page(width, day.height() + (ends_of_day != nullptr ? taxi_histogram_height : 0));
  day.draw(page, 0, width);
  if (ends_of_day != nullptr) draw_taxi_histogram(page, day.height(), width, *ends_of_day);
  return page.text("A day of taxis");
}

}  // namespace pirn::apps
