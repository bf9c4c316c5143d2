#include "taxi_event.hpp"

#include <utility>

#include <fmt/core.h>

namespace pirn::apps {

std::string_view name_of(taxi_action action) noexcept {
  switch (action) {
    case taxi_action::leave_garage:
      return "leave garage";
    case taxi_action::pick_up:
      return "pick up passenger";
    case taxi_action::drop_off:
      return "drop off passenger";
    case taxi_action::going_home:
      return "going home";
  }
  std::unreachable();
}

std::string text_line(const taxi_event& event) {
  constexpr std::int64_t indent = 3;
  return fmt::format("taxi: {} {:{}} Event(time={}, proc={}, action='{}')\n", event.proc, "",
                     indent * event.proc, event.time, event.proc, name_of(event.action));
}

std::string text_line(taxi_day_end end) {
  if (!end) return "*** end of events ***\n";
  return fmt::format("*** end of simulation time: {} events pending ***\n", *end);
}

std::string json_line(const taxi_event& event) {
  return fmt::format("{{\"time\": {}, \"proc\": {}, \"action\": \"{}\"}}\n", event.time, event.proc,
                     name_of(event.action));
}

std::string json_line(taxi_day_end end) {
  return end ? fmt::format("{{\"pending\": {}}}\n", *end) : "{\"pending\": null}\n";
}

}  // namespace pirn::apps
