#include "taxi_gantt.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "svg_axis.hpp"
#include "taxi_drawing.hpp"

namespace pirn::apps {

namespace {

using namespace taxi_drawing;

constexpr std::string_view looking_colour = "#cfdce8";
constexpr std::string_view driving_colour = "#1f5a92";
constexpr std::string_view home_colour = "#e0a030";

struct row_measures {
  double height;
  double bar;
};

// Many taxis are drawn thinner, so that the whole of them can be seen.
row_measures rows_for(std::int64_t taxis) noexcept {
  const double height =
      std::clamp(1500.0 / static_cast<double>(std::max<std::int64_t>(taxis, 1)), 4.0, 34.0);
  return {height, height * 0.62};
}

std::int64_t end_of_axis(taxi_plan plan, std::span<const taxi_event> events) {
  std::int64_t last = 0;
  for (const taxi_event& each : events) last = std::max(last, each.time);
  const bool is_cut =
      std::ranges::count(events, taxi_action::going_home, &taxi_event::action) < plan.taxis;
  return std::max<std::int64_t>({last, is_cut ? plan.end_time : 0, 1});
}

}  // namespace

// Turns events into bars.
class taxi_gantt::stretches {
 public:
  stretches(svg_page& page, const svg_axis& time, double top, row_measures row, std::int64_t taxis)
      : page_(page),
        time_(time),
        top_(top),
        row_(row),
        last_(static_cast<std::size_t>(taxis)),
        on_road_(last_.size()) {}

  void happens(const taxi_event& event) {
    const auto taxi = static_cast<std::size_t>(event.proc);
    if (on_road_[taxi]) end_at(taxi, event.time);
    last_[taxi] = event;
    on_road_[taxi] = event.action != taxi_action::going_home;
    if (on_road_[taxi]) return;
    page_.disc({time_.at(static_cast<double>(event.time)), middle_of(taxi)}, row_.bar * 0.42,
               home_colour, fmt::format("taxi {} goes home at {}", taxi, event.time));
  }

  /// The day is over: what goes on is drawn up to then.
  void end(std::int64_t time) {
    for (std::size_t taxi = 0; taxi < last_.size(); ++taxi) {
      if (on_road_[taxi]) end_at(taxi, time);
    }
  }

  double middle_of(std::size_t taxi) const noexcept {
    return top_ + row_.height * (static_cast<double>(taxi) + 0.5);
  }

 private:
  void end_at(std::size_t taxi, std::int64_t time) {
    const bool is_driving = last_[taxi].action == taxi_action::pick_up;
    const double begin = time_.at(static_cast<double>(last_[taxi].time));
    const double end = time_.at(static_cast<double>(time));
    page_.box(
        {begin, middle_of(taxi) - row_.bar / 2, std::max(end - begin, 0.0), row_.bar},
        is_driving ? driving_colour : looking_colour,
        fmt::format("taxi {} {} from {} to {}", taxi,
                    is_driving ? "has a passenger" : "looks for one", last_[taxi].time, time));
  }

  svg_page& page_;
  const svg_axis& time_;
  double top_;
  row_measures row_;
  std::vector<taxi_event> last_;
  std::vector<bool> on_road_;
};

taxi_gantt::taxi_gantt(taxi_plan plan, std::span<const taxi_event> events)
    : plan_(plan), events_(events), end_(end_of_axis(plan, events)) {}

double taxi_gantt::height() const noexcept {
  return head_height + rows_for(plan_.taxis).height * static_cast<double>(plan_.taxis) +
         foot_height;
}

void taxi_gantt::draw(svg_page& page, double top, double width) const {
  const row_measures row = rows_for(plan_.taxis);
  const double rows_top = top + head_height;
  const double bottom = rows_top + row.height * static_cast<double>(plan_.taxis);
  const svg_axis time({.low = 0,
                       .high = static_cast<double>(end_),
                       .begin = margin + label_width,
                       .end = width - margin});

  page.text({margin, top + 34}, fmt::format("A day of {} taxis, seed {}", plan_.taxis, plan_.seed),
            {.size = 17, .bold = true});
  page.box({margin, top + 48, 22, 12}, looking_colour);
  page.text({margin + 29, top + 58}, "looks for a passenger");
  page.box({margin + 185, top + 48, 22, 12}, driving_colour);
  page.text({margin + 214, top + 58}, "has a passenger");
  page.disc({margin + 340, top + 54}, 6, home_colour);
  page.text({margin + 353, top + 58}, "goes home");

  for (double tick : time.ticks(13)) {
    page.line({time.at(tick), rows_top}, {time.at(tick), bottom + 5}, {.colour = grid_colour});
    page.text({time.at(tick), bottom + 19}, tick_text(tick), {.anchor = svg_anchor::middle});
  }
  page.text({(time.begin() + time.end()) / 2, bottom + 38}, "minutes from the beginning of the day",
            {.anchor = svg_anchor::middle, .colour = faint_colour});

  stretches bars(page, time, rows_top, row, plan_.taxis);
  constexpr double label_height = 14;
  const auto label_each = static_cast<std::size_t>(std::max(label_height / row.height, 1.0));
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan_.taxis); i += label_each) {
    page.text({margin + label_width - 10, bars.middle_of(i) + 4}, fmt::format("taxi {}", i),
              {.anchor = svg_anchor::end});
  }
  for (const taxi_event& each : events_) bars.happens(each);
  bars.end(end_);
  page.line({time.begin(), bottom}, {time.end(), bottom});
}

}  // namespace pirn::apps
