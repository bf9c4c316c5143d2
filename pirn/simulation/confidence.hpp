// confidence: how far a mean can be trusted.
#pragma once

#include "pirn/simulation/moments.hpp"

namespace pirn::des {

/// An interval about a mean that was measured: one made so holds the true mean in a share `level`
/// of all cases.
struct confidence_interval {
  double mean = 0;
  double half_width = 0;  ///< infinite where less than two numbers tell
  double level = 0;

  double low() const noexcept { return mean - half_width; }
  double high() const noexcept { return mean + half_width; }
  bool contains(double value) const noexcept { return low() <= value && value <= high(); }
};

/// The interval for numbers that do not depend on each other: one of each replication, say.
/// Requires: 0 < level < 1; each number weighs 1.
/// Source:   Student's t distribution.
confidence_interval confidence_of(const moments& numbers, double level = 0.95);

/// What a variable of Student's t distribution stays below with that probability.
/// Requires: 0 < probability < 1; degrees_of_freedom > 0.
double student_t_quantile(double probability, double degrees_of_freedom);

}  // namespace pirn::des
