// pirn's way: taxis are tasks that sleep from event to event, on virtual time.

#include <cstdint>
#include <vector>

#include "pirn/core/loop_runner.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "pirn/simulation/random.hpp"
#include "taxi_day.hpp"
#include "taxi_habits.hpp"

namespace pirn::apps {

namespace {

using std::chrono::minutes;

// Of several taxis to which something happens at once, that of the lowest number comes first.
sleep_wait pass(std::int64_t length, std::int64_t taxi) {
  return sleep_for(minutes(length), static_cast<std::int16_t>(taxi));
}

// Keeps the book of a day, and ends it: taxis that are on the road then are cancelled.
class taxi_company {
 public:
  explicit taxi_company(taxi_plan plan)
      : plan_(plan), random_(plan.seed), on_road_(plan.taxis), is_open_(plan.end_time > 0) {}

  void begin(task_group& taxis);

  /// Something happens to a taxi now.
  void note(std::int64_t taxi, taxi_action action);
  /// Something happens to a taxi now, and then it is busy for a while.
  sleep_wait happens(std::int64_t taxi, taxi_action action) {
    note(taxi, action);
    return pass(busy_for_, taxi);
  }

  const std::vector<taxi_event>& events() const noexcept { return events_; }
  taxi_day_end end() const noexcept {
    if (is_open_) return std::nullopt;
    return static_cast<std::size_t>(on_road_);
  }

 private:
  taxi_plan plan_;
  des::random random_;
  std::vector<taxi_event> events_;
  std::int64_t on_road_;
  std::int64_t busy_for_ = 0;
  bool is_open_;
  task_group* taxis_ = nullptr;
};

task<> taxi(taxi_company& company, std::int64_t number, std::int64_t trips) {
  co_await pass(departure_of(number), number);
  co_await company.happens(number, taxi_action::leave_garage);
  for (std::int64_t i = 0; i < trips; ++i) {
    co_await company.happens(number, taxi_action::pick_up);
    co_await company.happens(number, taxi_action::drop_off);
  }
  company.note(number, taxi_action::going_home);
}

void taxi_company::begin(task_group& taxis) {
  if (!is_open_) return;
  taxis_ = &taxis;
  for (std::int64_t i = 0; i < plan_.taxis; ++i) taxis.spawn(taxi, std::ref(*this), i, trips_of(i));
}

// A taxi that was woken at the moment of the last event comes here, too; its next wait throws.
void taxi_company::note(std::int64_t taxi, taxi_action action) {
  if (!is_open_) return;
  const std::int64_t time = std::chrono::floor<minutes>(now().time_since_epoch()).count();
  events_.push_back({time, taxi, action});
  busy_for_ = minutes_after(action, random_);
  if (action == taxi_action::going_home) --on_road_;
  if (time < plan_.end_time) return;
  is_open_ = false;
  taxis_->cancel();
}

task<> whole_day(taxi_company& company) {
  co_await with_group([&company](task_group& taxis) { company.begin(taxis); });
}

}  // namespace

taxi_day taxi_day_of_tasks(taxi_plan plan) {
  taxi_company company(plan);
  virtual_driver world;
  loop home(world);
  loop_runner::run(home, whole_day(company));
  for (const taxi_event& event : company.events()) co_yield event;
  co_return company.end();
}

}  // namespace pirn::apps
