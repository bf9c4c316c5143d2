#include "taxi_habits.hpp"

#include <utility>

namespace pirn::apps {

namespace {

constexpr double mean_minutes(taxi_action action) noexcept {
  constexpr double search = 5;
  constexpr double trip = 20;
  switch (action) {
    case taxi_action::leave_garage:
    case taxi_action::drop_off:
      return search;
    case taxi_action::pick_up:
      return trip;
    case taxi_action::going_home:
      return 1;  // nothing follows, but a number is drawn
  }
  std::unreachable();
}

}  // namespace

std::int64_t minutes_after(taxi_action action, des::random& random) noexcept {
  return static_cast<std::int64_t>(random.expovariate(1 / mean_minutes(action))) + 1;
}

}  // namespace pirn::apps
