// descriptor_passing: bytes through a Unix socket, and open descriptors beside them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pirn/core/operation.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn {

/// As many as the kernel passes with one call.
inline constexpr std::size_t passed_descriptors_max = 253;

/// Sends what a socket takes now of runs of bytes, and copies of `descriptors` with the first byte.
///
/// Returns: the count or -errno; -EAGAIN when it takes nothing now, -EPIPE without a signal.
std::ptrdiff_t send_now(int socket, std::span<const slice> parts,
                        std::span<const int> descriptors) noexcept;

struct received_bytes {
  std::ptrdiff_t count;   ///< 0 at the end, or -errno
  bool lost_descriptors;  ///< some came that this process has no room for
};
/// Receives what is there now, and adds the descriptors that came with it, close-on-exec, to
/// `descriptors`.
/// Throws: std::bad_alloc, before anything is received.
received_bytes receive_now(int socket, std::span<std::byte> into,
                           std::vector<unique_fd>& descriptors);
/// The same, but blocks until something is there.
received_bytes receive_blocking(int socket, std::span<std::byte> into,
                                std::vector<unique_fd>& descriptors);

}  // namespace pirn
