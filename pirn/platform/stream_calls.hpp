// stream_calls: the system calls of streams and listeners that both kernel drivers make, and what
// their errors mean.
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "pirn/core/operation.hpp"

namespace pirn::detail {

/// Errors of accept(2) that are the arriving connection's own; the next one may be well.
bool is_of_one_connection(int error) noexcept;

/// Where a send stands: its first slice that is not wholly sent, and the next byte of it. Kept in
/// the request's driver_data `number` and `pointer`.
class send_position {
 public:
  explicit send_position(send_operation& request) noexcept : request_(request) {}

  void rewind() noexcept;
  bool at_end() const noexcept { return index() == request_.slices.size(); }

  /// The rest of the first slice that is not wholly sent.
  std::span<const std::byte> first() const noexcept;

  /// The next slices to send, as many as go into one call.
  /// Requires: !at_end().
  std::span<iovec> next(std::span<iovec> room) const noexcept;

  void advance(std::size_t sent_bytes) noexcept;

 private:
  std::size_t index() const noexcept { return request_.driver_data.number; }
  std::byte* next_byte() const noexcept {
    return static_cast<std::byte*>(request_.driver_data.pointer);
  }
  void move_to(std::size_t index) noexcept;

  send_operation& request_;
};

inline constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;

/// Begins a send: as `rewind()` and `send_now()`, without their work where one call sends all.
int send_first(int descriptor, send_operation& request) noexcept;

/// Sends what the socket takes now.
/// Returns: 0 when all is sent, -EAGAIN when the socket's buffer is full, else -errno. `sent_bytes`
///          tells how much went out.
int send_now(int descriptor, send_operation& request) noexcept;

/// Sends what the socket takes at once, as `socket::send_at_once`.
inline ssize_t send_at_once(int descriptor, std::span<const std::byte> bytes) noexcept {
  ssize_t count = ::send(descriptor, bytes.data(), bytes.size(), send_flags);
  if (count >= 0) [[likely]]
    return count;
  return errno == EINTR ? 0 : -errno;
}

/// Receives what is there now.
/// Returns: the count, 0 at the end of the stream or when there is something and no room for it,
///          -EAGAIN when nothing is there, else -errno.
int receive_now(int descriptor, std::span<std::byte> into) noexcept;

}  // namespace pirn::detail
