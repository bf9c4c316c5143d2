// taxi_replications: many days of taxis, one a seed, and what they have in common.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "executor_option.hpp"
#include "pirn/simulation/tally.hpp"
#include "taxi_day.hpp"

namespace pirn::apps {

struct replication_plan {
  taxi_plan first;  ///< of the first seed; the others follow it
  taxi_style style = taxi_style::generators;
  std::int64_t count = 1;
  executor_option executor;
};
static_assert(std::is_trivially_copyable_v<replication_plan>);

/// Statistics over days.
struct taxi_statistics {
  des::tally events;
  des::tally trips;
  des::tally at_home;
  des::tally end_of_day;
  des::tally minutes_a_trip;
  des::tally percent_occupied;
};

/// Simulates all days on the plan's executor, with a progress bar on standard error. They are added
/// up in the order of their seeds, whichever is ready first.
///
/// Throws: usage_error when the executor cannot be had; ended_by_signal after Ctrl-C.
taxi_statistics replicate_taxis(const replication_plan& plan);

/// Mean, deviation, 95 % confidence interval and extremes of each figure.
std::string statistics_table(const taxi_statistics& days);
/// `{"seed", "replications", "figures": [{"name", "count", "mean", …}, …]}` and a line's end.
std::string statistics_json(const replication_plan& plan, const taxi_statistics& days);

}  // namespace pirn::apps
