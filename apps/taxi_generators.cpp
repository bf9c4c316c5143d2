// The book's way: taxis are generators, driven by a queue of their events.

#include <queue>
#include <utility>
#include <vector>

#include "pirn/simulation/random.hpp"
#include "taxi_day.hpp"
#include "taxi_habits.hpp"

namespace pirn::apps {

namespace {

using taxi = generator<taxi_event, std::int64_t>;

// Yields what happens, and is sent the time of what happens next.
taxi taxi_process(std::int64_t number, std::int64_t trips, std::int64_t start_time) {
  std::int64_t time = co_yield taxi_event{start_time, number, taxi_action::leave_garage};
  for (std::int64_t i = 0; i < trips; ++i) {
    time = co_yield taxi_event{time, number, taxi_action::pick_up};
    time = co_yield taxi_event{time, number, taxi_action::drop_off};
  }
  co_yield taxi_event{time, number, taxi_action::going_home};
}

struct later {
  bool operator()(const taxi_event& one, const taxi_event& other) const noexcept {
    return comes_before(other, one);
  }
};
using event_queue = std::priority_queue<taxi_event, std::vector<taxi_event>, later>;

}  // namespace

taxi_day taxi_day_of_generators(taxi_plan plan) {
  des::random random(plan.seed);
  std::vector<taxi> taxis;
  event_queue events;
  for (std::int64_t i = 0; i < plan.taxis; ++i) {
    taxis.push_back(taxi_process(i, trips_of(i), departure_of(i)));
    events.push(*taxis.back().next());
  }
  std::int64_t time = 0;
  while (time < plan.end_time) {
    if (events.empty()) co_return std::nullopt;
    const taxi_event current = events.top();
    events.pop();
    co_yield current;
    time = current.time;
    const std::int64_t next_time = time + minutes_after(current.action, random);
    taxi& active = taxis[static_cast<std::size_t>(current.proc)];
    const std::optional<taxi_event> next = active.send(next_time);
    if (next) events.push(*next);
  }
  co_return events.size();
}

taxi_day simulate(taxi_style style, taxi_plan plan) {
  return style == taxi_style::generators ? taxi_day_of_generators(plan) : taxi_day_of_tasks(plan);
}

}  // namespace pirn::apps
