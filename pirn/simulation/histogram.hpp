// histogram: how much lies between which bounds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pirn::des {

/// Counts values in bins of equal width between two bounds, in the memory of its bins. A value on
/// the edge of two bins is in the upper one; the upper bound itself is in the last.
class histogram {
 public:
  /// Requires: low < high; bins > 0.
  histogram(double low, double high, std::size_t bins);

  /// Requires: weight > 0.
  void add(double value, double weight = 1) noexcept;

  std::size_t bins() const noexcept { return weights_.size(); }
  double weight(std::size_t bin) const noexcept { return weights_[bin]; }
  /// The lower edge of a bin; of `bins()`, the upper bound.
  double edge(std::size_t bin) const noexcept;
  /// What lies outside of the bounds.
  double below() const noexcept { return below_; }
  double above() const noexcept { return above_; }

  /// A head, and a line `from,to,weight` for each bin.
  std::string csv() const;
  /// `{"edges": […], "weights": […], "below", "above"}`: one edge more than weights.
  std::string json() const;

 private:
  double low_;
  double high_;
  std::vector<double> weights_;
  double below_ = 0;
  double above_ = 0;
};

}  // namespace pirn::des
