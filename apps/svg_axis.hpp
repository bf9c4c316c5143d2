// svg_axis: where numbers lie along a line, and which of them are written there.
#pragma once

#include <string>
#include <vector>

namespace pirn::apps {

/// Numbers between two bounds on a stretch of a page.
class svg_axis {
 public:
  /// From the numbers `low` … `high` to the places `begin` … `end`, which may run backwards.
  struct stretch {
    double low = 0;
    double high = 1;
    double begin = 0;
    double end = 1;
  };
  /// Requires: low < high.
  explicit svg_axis(stretch along);

  double at(double number) const noexcept;
  double begin() const noexcept { return along_.begin; }
  double end() const noexcept { return along_.end; }

  /// Round numbers at even distances, at most `count_max` of them.
  /// Requires: count_max > 1.
  std::vector<double> ticks(int count_max) const;

 private:
  stretch along_;
};

/// A round number as it is written on an axis: "0.5", "20".
std::string tick_text(double number);

}  // namespace pirn::apps
