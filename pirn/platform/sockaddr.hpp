// sockaddr: endpoints as the kernel reads and writes them, and the making of stream sockets.
#pragma once

#include <expected>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "pirn/base/endpoint.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn {

/// A socket address in the kernel's form; default-made, it is room for a system call to fill.
class socket_address {
 public:
  socket_address() noexcept : size_bytes_(sizeof unix_) {}
  explicit socket_address(const endpoint& from) noexcept;

  /// AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC of an `endpoint::family::none`.
  int family() const noexcept { return any_.sa_family; }

  sockaddr* data() noexcept { return &any_; }
  const sockaddr* data() const noexcept { return &any_; }
  socklen_t size() const noexcept { return size_bytes_; }
  /// Where accept(2) and its like say how much they filled; the room's size until then.
  socklen_t* size_word() noexcept { return &size_bytes_; }

  /// Returns: none for an unnamed Unix socket and for other families.
  endpoint to_endpoint() const noexcept;

 private:
  friend class peer_record;

  union {
    sockaddr_un unix_{};  // the largest, so all is zero at first
    sockaddr any_;
    sockaddr_in ipv4_;
    sockaddr_in6 ipv6_;
  };
  socklen_t size_bytes_;
};

/// Where a connection's other end is, in 28 bytes instead of an endpoint's 132, for there may be a
/// million. An IP address is kept, so that it can be told after a reset; a Unix socket's name is
/// asked of the kernel.
class peer_record {
 public:
  peer_record() = default;
  explicit peer_record(const socket_address& from) noexcept;

  bool is_unix() const noexcept { return address_.sin6_family == AF_UNIX; }
  endpoint to_endpoint(int descriptor) const noexcept;

 private:
  sockaddr_in6 address_{};
};

/// Whether a descriptor is made with O_NONBLOCK. It is what epoll wants; io_uring would answer
/// -EAGAIN on such a descriptor instead of waiting.
enum class descriptor_mode : int { blocking = 0, non_blocking = SOCK_NONBLOCK };

/// Makes a socket that listens at `local`. What it accepts inherits `options.accepted` from it, as
/// on every Linux.
std::expected<unique_fd, std::error_code> open_listener(const endpoint& local,
                                                        const listen_options& options,
                                                        descriptor_mode mode);

/// Takes over a listening stream socket: sets its options and closes it in programs that are
/// started. Its O_NONBLOCK belongs to all processes that have it, so it is only ever set.
/// Returns: the error, EINVAL when it does not listen; then the descriptor is still the caller's.
std::expected<unique_fd, std::error_code> adopt_listener(int descriptor,
                                                         const stream_options& of_accepted,
                                                         descriptor_mode mode);

/// Takes over a connected stream socket: sets its options and closes it in programs that are
/// started. Its O_NONBLOCK belongs to all who share it, so it is only ever taken away.
/// Returns: the error, as driver::adopt_stream; then the descriptor is still the caller's.
std::expected<unique_fd, std::error_code> adopt_stream(int descriptor,
                                                       const stream_options& options,
                                                       descriptor_mode mode);

/// Makes a stream socket of the right family for `remote`, with its options set, not yet connected.
std::expected<unique_fd, std::error_code> open_stream(const endpoint& remote,
                                                      const stream_options& options,
                                                      descriptor_mode mode);

/// Sets an option whose value is a number.
/// Returns: false with errno.
bool set_option(int descriptor, int level, int name, int value) noexcept;

/// Sets the options that go with the socket's family.
/// Returns: false with errno.
bool set_stream_options(int descriptor, int family, const stream_options& options) noexcept;

/// The address of a connection's other end; unspecified when that has gone again.
socket_address peer_address(int descriptor) noexcept;

/// The descriptor's own address; none when it has none.
endpoint local_endpoint(int descriptor) noexcept;

/// Makes close(2) drop what is unsent and reset the connection.
void set_reset_on_close(int descriptor) noexcept;

/// For how long a TCP connection has sent nothing, or its peer has acknowledged nothing; `forever`
/// of others, of which the kernel keeps no such time.
duration sending_stalled_for(int descriptor) noexcept;

/// What the socket's send queue takes: of TCP the bytes that are not acknowledged, of a Unix socket
/// the memory of what its peer has not read. 0 of what has none.
std::size_t unsent_bytes(int descriptor) noexcept;

/// The error that the socket has met since it was last asked, 0 for none.
int take_socket_error(int descriptor) noexcept;

}  // namespace pirn
