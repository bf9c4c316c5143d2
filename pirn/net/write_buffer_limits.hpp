// write_buffer_limits: how much may wait to be sent before a protocol is told to pause.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>

namespace pirn::net {

/// When a protocol is told to pause writing, and when to go on; what is not given follows from the
/// other: 64 KiB and 16 KiB, or one to four.
struct write_buffer_limits {
  std::optional<std::size_t> high_bytes{};
  std::optional<std::size_t> low_bytes{};

  /// Returns: the same with both given.
  /// Throws:  std::invalid_argument when the high limit is below the low one.
  write_buffer_limits completed() const;
};
static_assert(std::is_trivially_copyable_v<write_buffer_limits>);

}  // namespace pirn::net
