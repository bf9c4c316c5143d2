#include "svg_axis.hpp"

#include <cmath>

#include <fmt/core.h>

#include "pirn/base/assert.hpp"

namespace pirn::apps {

svg_axis::svg_axis(stretch along) : along_(along) {
  PIRN_ASSERT(along.low < along.high, "an axis needs room between its bounds");
}

double svg_axis::at(double number) const noexcept {
  return std::lerp(along_.begin, along_.end, (number - along_.low) / (along_.high - along_.low));
}

std::vector<double> svg_axis::ticks(int count_max) const {
  PIRN_ASSERT(count_max > 1, "an axis has two ticks at least");
  const double least = (along_.high - along_.low) / (count_max - 1);
  const double power = std::pow(10, std::floor(std::log10(least)));
  double step = 10 * power;
  for (double factor : {5, 2, 1}) {
    if (factor * power >= least) step = factor * power;
  }
  std::vector<double> found;
  for (double i = std::ceil(along_.low / step); i * step <= along_.high; ++i) {
    found.push_back(i * step);
  }
  return found;
}

std::string tick_text(double number) {
  return fmt::format("{:.6g}", number);
}

}  // namespace pirn::apps
