// batch_means: the means of stretches of a run, which are nearly independent where numbers are not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pirn/simulation/confidence.hpp"

namespace pirn::des {

/// Cuts a run into batches of one size and keeps their means, in constant memory: whenever there
/// are 40 batches, neighbours become one of twice the size, so that there are 20 to 40 of them.
///
/// Waiting times of neighbours, and levels of near moments, resemble each other: as if they were
/// independent, they would give an interval that is much too narrow. The means of long batches
/// hardly depend on each other. That holds for a run that is long beside the time in which the
/// system forgets; nobody can see from within that it is not.
///
/// Source: Law, Simulation Modeling and Analysis, on batch means; the doubling is that of Fishman's
///         LABATCH.
class batch_means {
 public:
  /// The run goes on with `value` for a stretch of that length: for one observation, or for so many
  /// ticks.
  /// Requires: length > 0.
  void add(double value, std::int64_t length = 1) noexcept;

  /// How many batches are full; the one that is begun counts for nothing.
  std::size_t count() const noexcept { return full_; }
  /// Observations or ticks in each.
  std::int64_t batch_length() const noexcept { return length_; }
  double mean_of(std::size_t batch) const noexcept { return means_[batch]; }

  /// The interval for the run's mean.
  /// Requires: 0 < level < 1.
  confidence_interval confidence(double level = 0.95) const;

 private:
  static constexpr std::size_t batches_max = 40;

  void end_batch() noexcept;

  std::array<double, batches_max> means_{};
  std::size_t full_ = 0;
  std::int64_t length_ = 1;
  std::int64_t begun_ = 0;  // of the batch that is not full
  double begun_mean_ = 0;
};

}  // namespace pirn::des
