// moments: mean, variance and extremes of numbers, in one pass.
#pragma once

#include <cstdint>
#include <limits>

namespace pirn::des {

/// Sums up numbers, each with a weight, in constant memory and without loss of digits, however far
/// they lie from zero. Without numbers the mean is NaN, and so are the rest.
///
/// Source: West, Communications of the ACM 22 (1979); merging: Chan, Golub and LeVeque (1979).
class moments {
 public:
  /// Requires: weight > 0.
  void add(double value, double weight = 1) noexcept;
  /// Adds all numbers that `other` has seen.
  void add(const moments& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  double weight() const noexcept { return weight_; }
  double mean() const noexcept;
  double minimum() const noexcept;
  double maximum() const noexcept;

  /// The mean squared distance from the mean: for numbers that are all there are.
  double variance() const noexcept;
  /// Its estimate, where they are a sample of more and each weighs 1: NaN for a single one.
  double sample_variance() const noexcept;

 private:
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::uint64_t count_ = 0;
  double weight_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // sum of the weighted squared distances from the mean
  double minimum_ = none;
  double maximum_ = none;
};

}  // namespace pirn::des
