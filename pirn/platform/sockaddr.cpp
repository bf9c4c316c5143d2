#include "pirn/platform/sockaddr.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/socket_file.hpp"

namespace pirn {

namespace {

constexpr socklen_t path_offset = offsetof(sockaddr_un, sun_path);

bool read_option(int descriptor, int name, int& value) noexcept {
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0;
}

endpoint unix_endpoint(const sockaddr_un& from, socklen_t size_bytes) noexcept {
  if (size_bytes <= path_offset) return {};  // unnamed
  std::size_t length = std::min<std::size_t>(size_bytes - path_offset, endpoint::path_max_bytes);
  // An abstract name may hold NULs and is as long as the kernel says; a path ends at its NUL.
  if (from.sun_path[0] != '\0') length = ::strnlen(from.sun_path, length);
  return endpoint::unix_socket({from.sun_path, length});
}

endpoint ipv4_endpoint(const sockaddr_in& from) noexcept {
  std::array<std::uint8_t, 4> ip{};
  std::memcpy(ip.data(), &from.sin_addr, ip.size());
  return endpoint::ipv4(ip, ntohs(from.sin_port));
}

endpoint ipv6_endpoint(const sockaddr_in6& from) noexcept {
  std::array<std::uint8_t, 16> ip{};
  std::memcpy(ip.data(), &from.sin6_addr, ip.size());
  return endpoint::ipv6(ip, ntohs(from.sin6_port), from.sin6_scope_id);
}

/// Returns: 0 or an errno.
int bind_and_listen(int descriptor, const endpoint& local, int backlog) {
  if (has_socket_file(local)) return listen_at_file(descriptor, local, backlog);
  const socket_address address(local);
  if (::bind(descriptor, address.data(), address.size()) != 0) return errno;
  return ::listen(descriptor, backlog) == 0 ? 0 : errno;
}

bool is_known_family(int family) noexcept {
  return family == AF_INET || family == AF_INET6 || family == AF_UNIX;
}

}  // namespace

socket_address::socket_address(const endpoint& from) noexcept : size_bytes_(sizeof any_.sa_family) {
  switch (from.kind()) {
    case endpoint::family::none:
      break;
    case endpoint::family::ipv4:
      ipv4_.sin_family = AF_INET;
      ipv4_.sin_port = htons(from.port());
      std::memcpy(&ipv4_.sin_addr, from.ip().data(), sizeof ipv4_.sin_addr);
      size_bytes_ = sizeof ipv4_;
      break;
    case endpoint::family::ipv6:
      ipv6_.sin6_family = AF_INET6;
      ipv6_.sin6_port = htons(from.port());
      std::memcpy(&ipv6_.sin6_addr, from.ip().data(), sizeof ipv6_.sin6_addr);
      ipv6_.sin6_scope_id = from.scope_id();
      size_bytes_ = sizeof ipv6_;
      break;
    case endpoint::family::unix_path: {
      std::string_view path = from.path();
      bool abstract = path.front() == '\0';
      unix_.sun_family = AF_UNIX;
      std::memcpy(unix_.sun_path, path.data(), path.size());
      size_bytes_ = path_offset + static_cast<socklen_t>(path.size() + (abstract ? 0 : 1));
      break;
    }
  }
}

endpoint socket_address::to_endpoint() const noexcept {
  switch (any_.sa_family) {
    case AF_INET:
      return ipv4_endpoint(ipv4_);
    case AF_INET6:
      return ipv6_endpoint(ipv6_);
    case AF_UNIX:
      return unix_endpoint(unix_, size_bytes_);
    default:
      return {};
  }
}

peer_record::peer_record(const socket_address& from) noexcept {
  std::memcpy(&address_, &from.any_, sizeof address_);
}

endpoint peer_record::to_endpoint(int descriptor) const noexcept {
  socket_address address;
  if (!is_unix()) {
    std::memcpy(&address.any_, &address_, sizeof address_);
    return address.to_endpoint();
  }
  if (::getpeername(descriptor, address.data(), address.size_word()) != 0) return {};
  return address.to_endpoint();
}

bool set_option(int descriptor, int level, int name, int value) noexcept {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

bool set_stream_options(int descriptor, int family, const stream_options& options) noexcept {
  bool ip = family == AF_INET || family == AF_INET6;
  if (ip && options.no_delay && !set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1)) return false;
  if (options.keep_alive && !set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)) return false;
  int receive = options.receive_buffer_bytes;
  if (receive > 0 && !set_option(descriptor, SOL_SOCKET, SO_RCVBUF, receive)) return false;
  int send = options.send_buffer_bytes;
  return send <= 0 || set_option(descriptor, SOL_SOCKET, SO_SNDBUF, send);
}

std::expected<unique_fd, std::error_code> open_stream(const endpoint& remote,
                                                      const stream_options& options,
                                                      descriptor_mode mode) {
  int family = socket_address(remote).family();
  if (family == AF_UNSPEC) return std::unexpected(errno_code(EAFNOSUPPORT));
  unique_fd made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | static_cast<int>(mode), 0));
  if (!made || !set_stream_options(made.get(), family, options)) {
    return std::unexpected(last_error());
  }
  return made;
}

std::expected<unique_fd, std::error_code> open_listener(const endpoint& local,
                                                        const listen_options& options,
                                                        descriptor_mode mode) {
  // The listener carries the options of what it accepts: Linux gives a new connection a copy of
  // them, which costs nothing, where setting them would be a system call per option and connection.
  std::expected<unique_fd, std::error_code> made = open_stream(local, options.accepted, mode);
  if (!made) return made;
  int listener = made->get();
  bool ipv6 = local.kind() == endpoint::family::ipv6;
  bool ip = ipv6 || local.kind() == endpoint::family::ipv4;
  if ((ip && !set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1)) ||
      (ip && options.reuse_port && !set_option(listener, SOL_SOCKET, SO_REUSEPORT, 1)) ||
      (ipv6 && !set_option(listener, IPPROTO_IPV6, IPV6_V6ONLY, options.only_ipv6 ? 1 : 0))) {
    return std::unexpected(last_error());
  }
  const int error = bind_and_listen(listener, local, options.backlog);
  if (error != 0) return std::unexpected(errno_code(error));
  return made;
}

std::expected<unique_fd, std::error_code> adopt_listener(int descriptor,
                                                         const stream_options& of_accepted,
                                                         descriptor_mode mode) {
  int type = 0;
  int listens = 0;
  if (!read_option(descriptor, SO_TYPE, type) || !read_option(descriptor, SO_ACCEPTCONN, listens)) {
    return std::unexpected(last_error());
  }
  if (type != SOCK_STREAM || listens == 0) return std::unexpected(errno_code(EINVAL));
  socket_address local;
  if (::getsockname(descriptor, local.data(), local.size_word()) != 0 ||
      !set_stream_options(descriptor, local.family(), of_accepted)) {
    return std::unexpected(last_error());
  }
  int error = set_close_on_exec(descriptor);
  if (error == 0 && mode == descriptor_mode::non_blocking) error = set_nonblocking(descriptor);
  if (error != 0) return std::unexpected(errno_code(-error));
  return unique_fd(descriptor);
}

std::expected<unique_fd, std::error_code> adopt_stream(int descriptor,
                                                       const stream_options& options,
                                                       descriptor_mode mode) {
  int type = 0;
  int listens = 0;
  if (!read_option(descriptor, SO_TYPE, type) || !read_option(descriptor, SO_ACCEPTCONN, listens)) {
    return std::unexpected(last_error());
  }
  if (type != SOCK_STREAM || listens != 0) return std::unexpected(errno_code(EINVAL));
  socket_address peer;
  if (::getpeername(descriptor, peer.data(), peer.size_word()) != 0) {
    return std::unexpected(last_error());
  }
  if (!is_known_family(peer.family())) return std::unexpected(errno_code(EAFNOSUPPORT));
  if (!set_stream_options(descriptor, peer.family(), options)) {
    return std::unexpected(last_error());
  }
  int error = set_close_on_exec(descriptor);
  if (error == 0 && mode == descriptor_mode::blocking) error = set_blocking(descriptor);
  if (error != 0) return std::unexpected(errno_code(-error));
  return unique_fd(descriptor);
}

socket_address peer_address(int descriptor) noexcept {
  socket_address peer;
  return ::getpeername(descriptor, peer.data(), peer.size_word()) == 0 ? peer : socket_address();
}

endpoint local_endpoint(int descriptor) noexcept {
  socket_address address;
  if (::getsockname(descriptor, address.data(), address.size_word()) != 0) return {};
  return address.to_endpoint();
}

void set_reset_on_close(int descriptor) noexcept {
  linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// A peer whose window is shut acknowledges probes and is sent nothing; one that is gone is sent
// everything again and acknowledges nothing.
duration sending_stalled_for(int descriptor) noexcept {
  tcp_info told{};
  socklen_t size = sizeof told;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &told, &size) != 0) return forever;
  return std::chrono::milliseconds(std::max(told.tcpi_last_data_sent, told.tcpi_last_ack_recv));
}

std::size_t unsent_bytes(int descriptor) noexcept {
  int count = 0;
  return ::ioctl(descriptor, SIOCOUTQ, &count) == 0 ? static_cast<std::size_t>(count) : 0;
}

int take_socket_error(int descriptor) noexcept {
  int error = 0;
  return read_option(descriptor, SO_ERROR, error) ? error : errno;
}

}  // namespace pirn
