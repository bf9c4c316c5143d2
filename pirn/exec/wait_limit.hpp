// wait_limit: how long a thread waits, on the clock of the standard library's waits.
#pragma once

#include <chrono>

#include "pirn/base/time.hpp"

namespace pirn::detail {

/// Now and `limit` more; a limit without end does not overflow the clock.
inline std::chrono::steady_clock::time_point moment_after(duration limit) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  return limit > clock::time_point::max() - start ? clock::time_point::max() : start + limit;
}

}  // namespace pirn::detail
