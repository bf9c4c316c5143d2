#include "pirn/simulation/batch_means.hpp"

#include <algorithm>

#include "pirn/base/assert.hpp"

namespace pirn::des {

// A stretch that is long beside the batches fills them one by one, and so makes them longer: a few
// hundred steps for the first hour of a run in nanoseconds, then few.
void batch_means::add(double value, std::int64_t length) noexcept {
  PIRN_ASSERT(length > 0, "a stretch has a length");
  while (length > 0) {
    const std::int64_t taken = std::min(length, length_ - begun_);
    begun_ += taken;
    length -= taken;
    begun_mean_ += (value - begun_mean_) * static_cast<double>(taken) / static_cast<double>(begun_);
    if (begun_ == length_) end_batch();
  }
}

void batch_means::end_batch() noexcept {
  means_[full_++] = begun_mean_;
  begun_ = 0;
  begun_mean_ = 0;
  if (full_ < batches_max) return;
  full_ = batches_max / 2;
  length_ *= 2;
  for (std::size_t i = 0; i < full_; ++i) means_[i] = (means_[2 * i] + means_[2 * i + 1]) / 2;
}

confidence_interval batch_means::confidence(double level) const {
  moments numbers;
  for (std::size_t i = 0; i < full_; ++i) numbers.add(means_[i]);
  return confidence_of(numbers, level);
}

}  // namespace pirn::des
