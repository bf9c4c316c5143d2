// assert: what must hold, checked in every build.
#pragma once

#include <source_location>

namespace pirn::detail {

/// Writes `file:line: function: pirn: message (condition)` to standard error and aborts.
[[noreturn, gnu::cold]] void assertion_failed(
    const char* condition, const char* message,
    std::source_location where = std::source_location::current()) noexcept;

}  // namespace pirn::detail

/// Aborts with `message` when `condition` is false: a bug in the program, not a state of the world.
///
/// Cost: one compare and a predicted branch; it stays in release builds.
#define PIRN_ASSERT(condition, message)                \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::pirn::detail::assertion_failed(#condition, message))
