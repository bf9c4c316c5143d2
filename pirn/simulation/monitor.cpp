#include "pirn/simulation/monitor.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::des {

monitor::monitor(const loop* clock, double level, monitor_options options)
    : options_(options), clock_(clock), level_(level), seen_(options.kept) {
  counted_ = present();
  keep_change();
}

const loop* monitor::present_loop() const noexcept {
  return clock_ != nullptr ? clock_ : loop::current_or_null();
}

time_point monitor::present() const noexcept {
  const loop* here = present_loop();
  return here != nullptr ? here->now() : counted_;
}

void monitor::count_until(time_point until) const {
  const time_point begin = std::max(counted_, options_.from);
  if (begin < until) seen_.add(level_, (until - begin).count());
  counted_ = std::max(counted_, until);
}

void monitor::observe(double level) {
  PIRN_ASSERT(!std::isnan(level), "a level is a number");
  count_until(present());
  level_ = level;
  keep_change();
}

void monitor::keep_change() {
  if (!options_.series) return;
  if (const loop* here = present_loop()) series_scale_ = here->scale();
  if (!series_.empty() && series_.back().when == counted_) {
    series_.back().level = level_;
  } else {
    series_.push_back({counted_, level_});
  }
}

void monitor::advance(time_point until) {
  count_until(until);
}

void monitor::reset() {
  count_until(present());
  seen_ = observations(options_.kept);
  series_.clear();
  keep_change();
}

const observations& monitor::seen() const {
  count_until(present());
  return seen_;
}

duration monitor::observed() const {
  return duration(static_cast<duration::rep>(seen().sums().weight()));
}

double monitor::deviation() const {
  return std::sqrt(variance());
}

summary monitor::summarize(std::string name) const {
  summary line = seen().outline(std::move(name));
  line.deviation = deviation();
  if (seen_.has_values()) {
    line.median = median();
    line.p90 = percentile(0.9);
    line.p99 = percentile(0.99);
  }
  return line;
}

std::span<const monitor::change> monitor::series() const noexcept {
  PIRN_ASSERT(options_.series, "this monitor keeps no series");
  return series_;
}

std::string monitor::series_csv() const {
  std::string text = "time,level\n";
  for (const change& each : series()) {
    using seconds = std::chrono::duration<double>;
    const auto when = series_scale_.length_of<seconds>(each.when.time_since_epoch().count());
    text += fmt::format("{},{}\n", when.count(), each.level);
  }
  return text;
}

}  // namespace pirn::des
