// wall_clock: the date, as HTTP's fields need it.
#pragma once

#include <chrono>

namespace pirn::http {

/// The wall clock; on virtual time a clock that shows the epoch when the loop's shows zero.
/// Requires: a loop runs here.
std::chrono::sys_seconds wall_seconds() noexcept;

}  // namespace pirn::http
