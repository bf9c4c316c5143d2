// timespec: a length of time as the kernel takes it.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>
#include <optional>

#include <time.h>

#include "pirn/base/deadline.hpp"

namespace pirn::detail {

/// A length, or a moment's distance from its clock's epoch. Before zero, the seconds are negative
/// and the nanoseconds are not.
inline timespec to_timespec(std::chrono::nanoseconds length) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(length);
  timespec result{};
  result.tv_sec = static_cast<time_t>(seconds.count());
  result.tv_nsec = static_cast<long>((length - seconds).count());
  return result;
}

/// What is left until a deadline, in milliseconds, rounded up so that a wait never ends before its
/// time: 0 when it is over, -1 when there is none.
inline int remaining_ms(std::optional<steady_time> deadline) noexcept {
  if (!deadline) return -1;
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return 0;
  return static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX));
}

}  // namespace pirn::detail
