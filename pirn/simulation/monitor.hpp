// monitor: statistics of a level over time, such as the length of a queue.
#pragma once

#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "pirn/base/tick.hpp"
#include "pirn/base/time.hpp"
#include "pirn/simulation/histogram.hpp"
#include "pirn/simulation/observations.hpp"

namespace pirn {
class loop;
}

namespace pirn::des {

struct monitor_options {
  keep kept = keep::values;
  /// Keep every change of the level with its time, too.
  bool series = false;
  /// The level before that moment is left out: the run warms up.
  time_point from = time_point::min();
};
static_assert(std::is_trivially_copyable_v<monitor_options>);

/// Statistics of a level that holds until it changes: each value counts for as long as it lasted,
/// up to the present; one that lasted no time does not count. Without any time, figures are NaN.
///
/// The present is that of the loop that it was given (a simulation's, say), or else of the one that
/// runs on this thread. Where none does, it is the last moment that the monitor has heard of, by a
/// change or by `advance`; one that is made there begins at time zero.
///
/// Cost: a change takes some ten nanoseconds, with keep::values fifty.
class monitor {
 public:
  struct change {
    time_point when;
    double level;
  };

  monitor() : monitor(0) {}
  explicit monitor(double level, monitor_options options = {}) : monitor(nullptr, level, options) {}
  /// Lifetime: the loop outlives the last use of the monitor.
  explicit monitor(const loop& clock, double level = 0, monitor_options options = {})
      : monitor(&clock, level, options) {}

  /// The level is that from now on.
  /// Requires: it is a number.
  void observe(double level);
  /// The level rises, or falls, by that from now on.
  void add(double difference) { observe(level_ + difference); }
  double level() const noexcept { return level_; }

  /// Lets the level hold until then, which may be ahead of the present.
  void advance(time_point until);
  /// Forgets everything up to now, but the level: a warm-up that ends when something happens.
  void reset();

  /// The time that counts.
  duration observed() const;
  double mean() const { return seen().sums().mean(); }
  double minimum() const { return seen().sums().minimum(); }
  double maximum() const { return seen().sums().maximum(); }
  double variance() const { return seen().sums().variance(); }
  double deviation() const;

  /// The least level that was not exceeded for that share of the time.
  /// Requires: keep::values; 0 <= share <= 1.
  double percentile(double share) const { return seen().values().quantile(share); }
  double median() const { return percentile(0.5); }
  /// How many ticks it spent in each bin. Requires: keep::values.
  histogram in_bins(std::size_t bins) const { return seen().values().in_bins(bins); }

  /// An interval for the mean, by batches of equal time.
  confidence_interval confidence(double level = 0.95) const {
    return seen().batches().confidence(level);
  }

  const observations& seen() const;
  /// Percentiles are NaN where no values are kept.
  summary summarize(std::string name) const;

  /// The changes, the first level among them, in their order; of several in one moment the last.
  /// Requires: they are kept.
  std::span<const change> series() const noexcept;
  /// A head, and a line `time,level` for each of the series, the time in seconds, whatever the
  /// clock's tick.
  std::string series_csv() const;

 private:
  monitor(const loop* clock, double level, monitor_options options);

  const loop* present_loop() const noexcept;
  time_point present() const noexcept;
  void count_until(time_point until) const;
  void keep_change();

  monitor_options options_;
  const loop* clock_;  // null: whichever runs here
  double level_;
  // What the level has been counted until; reading goes on to the present, which changes no answer.
  mutable time_point counted_{};
  mutable observations seen_;
  std::vector<change> series_;
  tick_scale series_scale_{tick::nanosecond};
};

}  // namespace pirn::des
