#include "pirn/simulation/observations.hpp"

#include <limits>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::des {

void observations::add(double value, std::int64_t length) {
  const auto weight = static_cast<double>(length);
  sums_.add(value, weight);
  batches_.add(value, length);
  if (has_values()) values_.add(value, weight);
}

const distribution& observations::values() const noexcept {
  PIRN_ASSERT(has_values(), "percentiles and histograms need the values: keep::values");
  return values_;
}

summary observations::outline(std::string name) const {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  return {.name = std::move(name),
          .count = sums_.count(),
          .mean = sums_.mean(),
          .deviation = unknown,
          .minimum = sums_.minimum(),
          .median = unknown,
          .p90 = unknown,
          .p99 = unknown,
          .maximum = sums_.maximum(),
          .interval = batches_.confidence()};
}

}  // namespace pirn::des
