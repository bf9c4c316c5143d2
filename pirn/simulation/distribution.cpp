#include "pirn/simulation/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pirn/base/assert.hpp"

namespace pirn::des {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// The value of number `position`, counted from zero and by weight.
double value_at(const std::vector<distribution::entry>& entries, double position) {
  double passed = 0;
  for (const distribution::entry& each : entries) {
    passed += each.weight;
    if (position < passed) return each.value;
  }
  return entries.back().value;
}

double whole_weight(const std::vector<distribution::entry>& entries) {
  double sum = 0;
  for (const distribution::entry& each : entries) sum += each.weight;
  return sum;
}

}  // namespace

void distribution::add(double value, double weight) {
  PIRN_ASSERT(weight > 0, "what has no weight does not count");
  PIRN_ASSERT(!std::isnan(value), "what is not a number has no place among numbers");
  entries_.push_back({value, weight});
  is_tidy_ = false;
  if (entries_.size() < tidy_at_) return;
  const std::size_t before = entries_.size();
  tidy();
  const std::size_t rarely = 4 * before;  // hardly a value comes twice: it does not pay
  tidy_at_ =
      entries_.size() > before / 2 ? rarely : std::max<std::size_t>(1024, 2 * entries_.size());
}

const std::vector<distribution::entry>& distribution::entries() const {
  tidy();
  return entries_;
}

void distribution::tidy() const {
  if (is_tidy_) return;
  std::ranges::sort(entries_, {}, &entry::value);
  auto last = entries_.begin();
  for (auto each = last + 1; each != entries_.end(); ++each) {
    if (each->value == last->value) {
      last->weight += each->weight;
    } else {
      *++last = *each;
    }
  }
  entries_.erase(last + 1, entries_.end());
  is_tidy_ = true;
}

double distribution::quantile(double share) const {
  PIRN_ASSERT(0 <= share && share <= 1, "a share lies between 0 and 1");
  if (empty()) return none;
  const double wanted = share * whole_weight(entries());
  double passed = 0;
  for (const entry& each : entries_) {
    passed += each.weight;
    if (passed >= wanted) return each.value;
  }
  return entries_.back().value;
}

double distribution::interpolated(double share) const {
  PIRN_ASSERT(0 <= share && share <= 1, "a share lies between 0 and 1");
  if (empty()) return none;
  const double position = share * (whole_weight(entries()) - 1);
  const double below = std::floor(position);
  const double low = value_at(entries_, below);
  const double high = value_at(entries_, below + 1);
  return std::lerp(low, high, position - below);
}

histogram distribution::in_bins(std::size_t bins) const {
  if (empty()) return histogram(0, 1, bins);
  const double low = entries().front().value;
  const double high = entries_.back().value;
  histogram made(low, low < high ? high : low + 1, bins);
  for (const entry& each : entries_) made.add(each.value, each.weight);
  return made;
}

}  // namespace pirn::des
