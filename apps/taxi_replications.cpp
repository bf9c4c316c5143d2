#include "taxi_replications.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "chosen_executor.hpp"
#include "pirn/run/run.hpp"
#include "pirn/simulation/replicate.hpp"
#include "progress.hpp"
#include "taxi_figures.hpp"
#include "text_table.hpp"

namespace pirn::apps {

namespace {

/// Days that differ in their seeds. It travels between processes.
struct days_of_taxis {
  std::int64_t end_time = 0;
  std::int64_t taxis = 0;
  taxi_style style = taxi_style::generators;

  taxi_figures operator()(std::uint64_t seed) const {
    taxi_observer seen;
    const taxi_plan plan{
        .end_time = end_time, .taxis = taxis, .seed = static_cast<std::int64_t>(seed)};
    for (const taxi_event& event : simulate(style, plan)) seen.observe(event);
    return seen.figures();
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(end_time, taxis, style);
  }
};

void add(taxi_statistics& days, const taxi_figures& day) {
  const auto observe = [](des::tally& figure, std::int64_t value) {
    figure.observe(static_cast<double>(value));
  };
  const auto observe_ratio = [](des::tally& figure, std::int64_t part, std::int64_t whole) {
    if (whole != 0) figure.observe(static_cast<double>(part) / static_cast<double>(whole));
  };
  observe(days.events, day.events);
  observe(days.trips, day.trips);
  observe(days.at_home, day.at_home);
  observe(days.end_of_day, day.end_of_day);
  observe_ratio(days.minutes_a_trip, day.minutes_occupied, day.trips);
  observe_ratio(days.percent_occupied, 100 * day.minutes_occupied, day.minutes_on_road);
}

// Days take some microseconds each: many of them go together, but not so many that the executor's
// members wait for the last one.
std::size_t chunk_for(std::int64_t days, std::size_t members) {
  constexpr std::size_t chunk_max = 256;
  constexpr std::size_t chunks_each = 16;
  const auto count = static_cast<std::size_t>(days);
  return std::clamp<std::size_t>(count / (chunks_each * members), 1, chunk_max);
}

template <class Executor>
task<> replicate_on(Executor& where, const replication_plan& plan, taxi_statistics& days) {
  progress_bar progress("Simulating", static_cast<std::size_t>(plan.count));
  const days_of_taxis one_day{plan.first.end_time, plan.first.taxis, plan.style};
  auto runs = des::replicate(static_cast<std::size_t>(plan.count), one_day, where,
                             {.first_seed = static_cast<std::uint64_t>(plan.first.seed),
                              .chunk = chunk_for(plan.count, where.concurrency())});
  for (;;) {
    const std::optional<taxi_figures> day = co_await runs.next();
    if (!day) co_return;
    add(days, *day);
    progress.advance();
  }
}

struct row {
  const char* name;
  des::tally taxi_statistics::* figure;
};
constexpr std::array rows{
    row{"events", &taxi_statistics::events},
    row{"trips", &taxi_statistics::trips},
    row{"taxis back home", &taxi_statistics::at_home},
    row{"end of day, min", &taxi_statistics::end_of_day},
    row{"trip, min", &taxi_statistics::minutes_a_trip},
    row{"occupied, %", &taxi_statistics::percent_occupied},
};

std::string shortly(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.2f}", value);
}

std::string interval_text(const des::confidence_interval& mean) {
  if (!std::isfinite(mean.half_width)) return "-";
  return fmt::format("{:.2f} .. {:.2f}", mean.low(), mean.high());
}

}  // namespace

taxi_statistics replicate_taxis(const replication_plan& plan) {
  taxi_statistics days;
  const run_options options = with_signals_for(plan.executor, {});
  with_executor(plan.executor, "taxis", [&](auto& where) {
    using executor = std::remove_reference_t<decltype(where)>;
    try {
      run(options, replicate_on<executor>, std::ref(where), std::cref(plan), std::ref(days));
    } catch (const ended_by_signal& asked) {
      leave_after(asked, plan.executor);
      throw;
    }
  });
  return days;
}

std::string statistics_table(const taxi_statistics& days) {
  text_table table({"figure", "mean", "deviation", "95 % confidence", "minimum", "maximum"});
  for (const row& each : rows) {
    const des::tally& figure = days.*each.figure;
    table.add({each.name, shortly(figure.mean()), shortly(figure.deviation()),
               interval_text(figure.independent_confidence()), shortly(figure.minimum()),
               shortly(figure.maximum())});
  }
  return table.text();
}

std::string statistics_json(const replication_plan& plan, const taxi_statistics& days) {
  std::vector<des::summary> figures;
  for (const row& each : rows) {
    const des::tally& figure = days.*each.figure;
    figures.push_back(figure.summarize(each.name));
    figures.back().interval = figure.independent_confidence();
  }
  return fmt::format("{{\"seed\": {}, \"replications\": {}, \"figures\":\n{}}}\n", plan.first.seed,
                     plan.count, des::json(figures));
}

}  // namespace pirn::apps
