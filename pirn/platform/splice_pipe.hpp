// splice_pipe: the way from one kernel socket to another that does not lead through the program.
#pragma once

#include <cstddef>
#include <optional>

#include "pirn/platform/descriptor_calls.hpp"

namespace pirn {

/// A pipe between two stream sockets: what is taken from the one is moved to the other by its
/// pages, and not copied (splice(2)).
///
/// Cost: two descriptors, and a megabyte of the kernel's memory at most while it holds something.
class splice_pipe {
 public:
  /// None where this process or this user has no more pipes.
  static std::optional<splice_pipe> open() noexcept;

  /// Takes in what the socket has received, as much as there is room for.
  ///
  /// Requires: nothing is held.
  /// Returns:  the count; 0 at the end of the stream, or before an urgent byte; -EAGAIN when there
  ///           is nothing; or -errno.
  std::ptrdiff_t fill_from(int socket) noexcept;

  /// Gives away what is held, as much as the socket takes now.
  /// Returns: the count, -EAGAIN when it takes nothing now, or -errno; -EPIPE without a signal.
  std::ptrdiff_t empty_into(int socket) noexcept;

  std::size_t held_bytes() const noexcept { return held_bytes_; }

 private:
  splice_pipe(pipe_ends ends, std::size_t capacity_bytes) noexcept
      : ends_(std::move(ends)), capacity_bytes_(capacity_bytes) {}

  pipe_ends ends_;
  std::size_t capacity_bytes_;
  std::size_t held_bytes_ = 0;
};

}  // namespace pirn
