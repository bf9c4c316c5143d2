// summary: the figures of a statistic as one line of a table.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pirn/simulation/confidence.hpp"

namespace pirn::des {

/// What is said of numbers. NaN stands for what is not known.
struct summary {
  std::string name;
  std::uint64_t count = 0;  ///< of observations, or of stretches of time
  double mean = 0;
  double deviation = 0;
  double minimum = 0;
  double median = 0;
  double p90 = 0;  ///< percentiles
  double p99 = 0;
  double maximum = 0;
  confidence_interval interval;
};

/// A head, and a line for each:
/// `name,count,mean,deviation,minimum,median,p90,p99,maximum,low,high,level`.
std::string csv(std::span<const summary> table);
/// A list of objects with these fields; `null` for what is not known or not finite.
std::string json(std::span<const summary> table);

}  // namespace pirn::des
