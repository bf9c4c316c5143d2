#include "pirn/simulation/histogram.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "pirn/base/assert.hpp"
#include "pirn/simulation/field_text.hpp"

namespace pirn::des {

histogram::histogram(double low, double high, std::size_t bins)
    : low_(low), high_(high), weights_(bins) {
  PIRN_ASSERT(low < high, "a histogram needs room between its bounds");
  PIRN_ASSERT(bins > 0, "a histogram needs a bin");
}

void histogram::add(double value, double weight) noexcept {
  PIRN_ASSERT(weight > 0, "what has no weight does not count");
  if (value < low_) {
    below_ += weight;
  } else if (!(value <= high_)) {
    above_ += weight;
  } else {
    const double place = (value - low_) / (high_ - low_) * static_cast<double>(bins());
    std::size_t bin = std::min(static_cast<std::size_t>(place), bins() - 1);
    // The division may have rounded to the other side of an edge.
    if (value < edge(bin)) --bin;
    if (bin + 1 < bins() && value >= edge(bin + 1)) ++bin;
    weights_[bin] += weight;
  }
}

double histogram::edge(std::size_t bin) const noexcept {
  return std::lerp(low_, high_, static_cast<double>(bin) / static_cast<double>(bins()));
}

std::string histogram::csv() const {
  std::string text = "from,to,weight\n";
  for (std::size_t i = 0; i < bins(); ++i) {
    text += fmt::format("{},{},{}\n", edge(i), edge(i + 1), weight(i));
  }
  return text;
}

std::string histogram::json() const {
  std::vector<double> edges(bins() + 1);
  for (std::size_t i = 0; i < edges.size(); ++i) edges[i] = edge(i);
  return fmt::format(R"({{"edges": {}, "weights": {}, "below": {}, "above": {}}})",
                     json_numbers(edges), json_numbers(weights_), json_number(below_),
                     json_number(above_));
}

}  // namespace pirn::des
