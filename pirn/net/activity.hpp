// activity: what the tasks of a connection are at.
#pragma once

#include <cstdint>

#include "pirn/base/time.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/socket.hpp"

namespace pirn::net::detail {

/// What the tasks in a scope are at, of which nobody had to take notes.
struct activity {
  /// When one of them last had a turn, or bytes of what it writes went out where the system says
  /// when.
  time_point last = time_point::min();
  /// Since when one of them has waited for bytes of the connection.
  time_point oldest_read = never;
  /// How far the writes have come of which the system does not say when something went out; 0 when
  /// there is none. Another number says that something has, between this look and the one before.
  std::uint64_t sending = 0;
};

/// Looks at the task that has `scope` open, and at all below. The connection's socket is compared
/// alone, it may be gone.
activity look_at(const open_scope& scope, const socket* connection) noexcept;

}  // namespace pirn::net::detail
