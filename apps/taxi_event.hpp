// taxi_event: what happens to a taxi, and when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace pirn::apps {

enum class taxi_action : std::uint8_t { leave_garage, pick_up, drop_off, going_home };

/// "leave garage", and so on.
std::string_view name_of(taxi_action action) noexcept;

struct taxi_event {
  std::int64_t time = 0;  ///< minutes from the beginning of the day
  std::int64_t proc = 0;  ///< the taxi's number
  taxi_action action = taxi_action::leave_garage;
};
static_assert(std::is_trivially_copyable_v<taxi_event>);

/// Before another: earlier, or at once and of a lower number. (A taxi has one event at a time.)
inline bool comes_before(const taxi_event& one, const taxi_event& other) noexcept {
  return std::tie(one.time, one.proc) < std::tie(other.time, other.proc);
}

/// How a day ended: with so many events that were still to come, or, when there is no number,
/// because there were none.
using taxi_day_end = std::optional<std::size_t>;

// As Python's print() shows them; each a line, with its end.

/// `taxi: 1     Event(time=5, proc=1, action='leave garage')`
std::string text_line(const taxi_event& event);
/// `*** end of events ***` or `*** end of simulation time: 3 events pending ***`
std::string text_line(taxi_day_end end);

/// `{"time": 5, "proc": 1, "action": "leave garage"}`
std::string json_line(const taxi_event& event);
/// `{"pending": 3}`, or `{"pending": null}` where the events had ended.
std::string json_line(taxi_day_end end);

}  // namespace pirn::apps
