// distribution: which values there were, and how much of each.
#pragma once

#include <cstddef>
#include <vector>

#include "pirn/simulation/histogram.hpp"

namespace pirn::des {

/// Keeps each different value with its weight, for percentiles and histograms.
///
/// Cost: 16 bytes a different value, several times that between tidying up; 40 nanoseconds to add
/// one
///       of few values, O(log n) to add one of many.
class distribution {
 public:
  struct entry {
    double value;
    double weight;
  };

  /// Requires: weight > 0; the value is a number.
  void add(double value, double weight = 1);

  bool empty() const noexcept { return entries_.empty(); }
  /// The different values in ascending order.
  const std::vector<entry>& entries() const;

  /// The least value that a share of the whole weight does not exceed: with share 0.9, the level
  /// that was kept within for nine tenths of the time. NaN of nothing.
  /// Requires: 0 <= share <= 1.
  double quantile(double share) const;

  /// The value at that share of the way through all of them, in order, between two of them in
  /// proportion; weights are numbers of values. NaN of nothing.
  /// Requires: 0 <= share <= 1.
  /// Source:   statistics.quantiles(method='inclusive'), whose middle is statistics.median().
  double interpolated(double share) const;

  /// A histogram from the least value to the greatest.
  /// Requires: bins > 0.
  histogram in_bins(std::size_t bins) const;

 private:
  void tidy() const;

  // Tidy: each value once, in ascending order. To tidy up changes no answer.
  mutable std::vector<entry> entries_;
  mutable bool is_tidy_ = true;
  std::size_t tidy_at_ = 1024;
};

}  // namespace pirn::des
