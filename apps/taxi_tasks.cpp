// pirn's way: taxis are tasks that sleep from event to event, on virtual time.

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "pirn/core/sleep.hpp"
#include "pirn/simulation/random.hpp"
#include "pirn/simulation/simulation.hpp"
#include "taxi_day.hpp"
#include "taxi_habits.hpp"

namespace pirn::apps {

namespace {

using std::chrono::minutes;

// Of several taxis to which something happens at once, that of the lowest number comes first.
sleep_wait pass(std::int64_t length, std::int64_t taxi) {
  return sleep_for(minutes(length), static_cast<std::int16_t>(taxi));
}

// Keeps the book of a day.
class taxi_company {
 public:
  explicit taxi_company(taxi_plan plan)
      : end_time_(plan.end_time), random_(plan.seed), on_road_(plan.taxis) {}

  bool is_open() const noexcept { return time_ < end_time_; }
  std::int64_t on_road() const noexcept { return on_road_; }

  /// Something happens to a taxi now.
  void note(std::int64_t taxi, taxi_action action);
  /// Something happens to a taxi now, and then it is busy for a while.
  sleep_wait happens(std::int64_t taxi, taxi_action action) {
    note(taxi, action);
    return pass(busy_for_, taxi);
  }

  /// What was noted since it was asked last.
  std::vector<taxi_event> news() { return std::exchange(news_, {}); }

 private:
  std::int64_t end_time_;
  std::int64_t time_ = 0;  // of the last event
  des::random random_;
  std::int64_t on_road_;
  std::int64_t busy_for_ = 0;
  std::vector<taxi_event> news_;
};

// What happens at the very moment of the last event, but after it, is not in the book.
void taxi_company::note(std::int64_t taxi, taxi_action action) {
  if (!is_open()) return;
  time_ = simulation::current().now_in<minutes>().count();
  news_.push_back({time_, taxi, action});
  busy_for_ = minutes_after(action, random_);
  if (action == taxi_action::going_home) --on_road_;
}

task<> drive(taxi_company& company, std::int64_t number, std::int64_t trips) {
  co_await pass(departure_of(number), number);
  co_await company.happens(number, taxi_action::leave_garage);
  for (std::int64_t i = 0; i < trips; ++i) {
    co_await company.happens(number, taxi_action::pick_up);
    co_await company.happens(number, taxi_action::drop_off);
  }
  company.note(number, taxi_action::going_home);
}

}  // namespace

taxi_day taxi_day_of_tasks(taxi_plan plan) {
  taxi_company company(plan);
  simulation town({.tick = tick::minute});
  for (std::int64_t i = 0; i < plan.taxis; ++i)
    town.spawn(drive, std::ref(company), i, trips_of(i));
  while (company.is_open()) {
    if (!town.step()) co_return std::nullopt;
    const std::vector<taxi_event> news = company.news();
    for (const taxi_event& event : news) co_yield event;
  }
  co_return static_cast<std::size_t>(company.on_road());
}

}  // namespace pirn::apps
