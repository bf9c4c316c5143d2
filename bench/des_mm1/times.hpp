// times: the random times of the queue, the same in every subject.
#pragma once

#include <cmath>
#include <cstdint>

#include "bench/common/measure.hpp"

namespace bench {

inline constexpr double between_arrivals_ns = 1e9;
inline constexpr double service_ns = 0.8e9;

/// Exponentially distributed lengths of time, at least one nanosecond.
class exponential {
 public:
  exponential(std::uint64_t seed, double mean_ns) noexcept : source_(seed), mean_ns_(mean_ns) {}

  std::int64_t operator()() noexcept {
    const double uniform = static_cast<double>(source_.next() >> 11) * 0x1p-53;
    return 1 + static_cast<std::int64_t>(-std::log(1 - uniform) * mean_ns_);
  }

 private:
  random source_;
  double mean_ns_;
};

}  // namespace bench
