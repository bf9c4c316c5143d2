// observations: what tally and monitor have in common.
#pragma once

#include <cstdint>
#include <string>

#include "pirn/simulation/batch_means.hpp"
#include "pirn/simulation/confidence.hpp"
#include "pirn/simulation/distribution.hpp"
#include "pirn/simulation/moments.hpp"
#include "pirn/simulation/summary.hpp"

namespace pirn::des {

/// What is remembered of the numbers seen.
enum class keep : std::uint8_t {
  values,   ///< each different value, and how much of it: percentiles and histograms
  moments,  ///< constant memory: means, variances, extremes and confidence intervals
};

/// Numbers that lasted for some length: one, or so many ticks.
class observations {
 public:
  explicit observations(keep kept) noexcept : kept_(kept) {}

  /// Requires: length > 0.
  void add(double value, std::int64_t length);

  const moments& sums() const noexcept { return sums_; }
  const batch_means& batches() const noexcept { return batches_; }
  /// Requires: values are kept.
  const distribution& values() const noexcept;
  bool has_values() const noexcept { return kept_ == keep::values; }

  /// A summary without deviation and percentiles, which are one thing for numbers and another for
  /// levels.
  summary outline(std::string name) const;

 private:
  moments sums_;
  batch_means batches_;
  distribution values_;
  keep kept_;
};

}  // namespace pirn::des
