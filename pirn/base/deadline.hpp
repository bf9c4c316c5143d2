// deadline: when a thread that blocks gives up.
#pragma once

#include <chrono>
#include <optional>

#include "pirn/base/time.hpp"

namespace pirn {

/// A moment on the clock that the standard library's waits and the kernel count by.
using steady_time = std::chrono::steady_clock::time_point;

namespace detail {

/// `length` from now, or the last moment of the clock: a wait of any length can be asked for.
inline steady_time moment_after(duration length) noexcept {
  return saturating_add(std::chrono::steady_clock::now(), length);
}

/// The same for a limit that there may be; nothing where there is none.
inline std::optional<steady_time> deadline_in(std::optional<duration> limit) noexcept {
  if (!limit || *limit == forever) return std::nullopt;
  return moment_after(*limit);
}

}  // namespace detail
}  // namespace pirn
