#include "pirn/simulation/tally.hpp"

#include <cmath>
#include <utility>

#include "pirn/core/loop.hpp"

namespace pirn::des {

void tally::observe(double value) {
  if (options_.from != time_point::min() && now() < options_.from) return;
  seen_.add(value, 1);
}

double tally::deviation() const noexcept {
  return std::sqrt(variance());
}

summary tally::summarize(std::string name) const {
  summary line = seen_.outline(std::move(name));
  line.deviation = deviation();
  if (seen_.has_values()) {
    line.median = median();
    line.p90 = percentile(0.9);
    line.p99 = percentile(0.99);
  }
  return line;
}

}  // namespace pirn::des
