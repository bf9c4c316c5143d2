// tally: statistics of single observations, such as waiting times.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "pirn/base/time.hpp"
#include "pirn/simulation/histogram.hpp"
#include "pirn/simulation/observations.hpp"

namespace pirn::des {

struct tally_options {
  keep kept = keep::values;
  /// What is observed before that moment of the loop's time is left out: the run warms up.
  time_point from = time_point::min();
};
static_assert(std::is_trivially_copyable_v<tally_options>);

/// Statistics of observations, each as good as the next. Without any, figures are NaN.
///
/// Cost: an observation takes some ten nanoseconds, with keep::values fifty.
class tally {
 public:
  tally() noexcept : tally(tally_options{}) {}
  explicit tally(tally_options options) noexcept : options_(options), seen_(options.kept) {}

  /// Requires: with `from`, that a loop runs on this thread. The value is a number.
  void observe(double value);
  /// Forgets everything: a warm-up that ends when something happens.
  void reset() noexcept { seen_ = observations(options_.kept); }

  std::uint64_t count() const noexcept { return seen_.sums().count(); }
  double mean() const noexcept { return seen_.sums().mean(); }
  double minimum() const noexcept { return seen_.sums().minimum(); }
  double maximum() const noexcept { return seen_.sums().maximum(); }
  /// That of a sample. Source: statistics.variance(), whose divisor is count - 1.
  double variance() const noexcept { return seen_.sums().sample_variance(); }
  double deviation() const noexcept;

  /// Requires: keep::values; 0 <= share <= 1.
  /// Source:   statistics.quantiles(method='inclusive').
  double percentile(double share) const { return seen_.values().interpolated(share); }
  double median() const { return percentile(0.5); }
  /// Requires: keep::values.
  histogram in_bins(std::size_t bins) const { return seen_.values().in_bins(bins); }

  /// An interval for the mean, by batch means: for observations of one long run, which resemble
  /// their neighbours.
  confidence_interval confidence(double level = 0.95) const {
    return seen_.batches().confidence(level);
  }
  /// The same for observations that do not depend on each other: one of each replication.
  confidence_interval independent_confidence(double level = 0.95) const {
    return confidence_of(seen_.sums(), level);
  }

  const observations& seen() const noexcept { return seen_; }
  /// Percentiles are NaN where no values are kept.
  summary summarize(std::string name) const;

 private:
  tally_options options_;
  observations seen_;
};

}  // namespace pirn::des
