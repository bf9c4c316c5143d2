// timespec: a length of time as the kernel takes it.
#pragma once

#include <chrono>

#include <time.h>

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

}  // namespace pirn::detail
