#include "pirn/simulation/moments.hpp"

#include <cmath>

#include "pirn/base/assert.hpp"

namespace pirn::des {

void moments::add(double value, double weight) noexcept {
  PIRN_ASSERT(weight > 0, "what has no weight does not count");
  ++count_;
  weight_ += weight;
  const double distance = value - mean_;
  mean_ += distance * weight / weight_;
  squares_ += weight * distance * (value - mean_);
  minimum_ = std::fmin(minimum_, value);  // of a NaN and a number it is the number
  maximum_ = std::fmax(maximum_, value);
}

void moments::add(const moments& other) noexcept {
  if (other.count_ == 0) return;
  const double together = weight_ + other.weight_;
  const double distance = other.mean_ - mean_;
  mean_ += distance * other.weight_ / together;
  squares_ += other.squares_ + distance * distance * weight_ * other.weight_ / together;
  count_ += other.count_;
  weight_ = together;
  minimum_ = std::fmin(minimum_, other.minimum_);
  maximum_ = std::fmax(maximum_, other.maximum_);
}

double moments::mean() const noexcept {
  return count_ == 0 ? none : mean_;
}

double moments::minimum() const noexcept {
  return minimum_;
}

double moments::maximum() const noexcept {
  return maximum_;
}

double moments::variance() const noexcept {
  return count_ == 0 ? none : squares_ / weight_;
}

double moments::sample_variance() const noexcept {
  return count_ < 2 ? none : squares_ / (weight_ - 1);
}

}  // namespace pirn::des
