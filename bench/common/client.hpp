// client: what the hand-written clients share.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace bench {

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// A port of 127.0.0.1, or of the address so many behind it.
inline sockaddr_in loopback(std::uint16_t port, std::uint32_t host = 0) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  return address;
}

/// Its end resets the connection, so that neither side keeps its port busy.
inline void reset_on_close(int fd) noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// Starts a connection that is reset at its end; with SOCK_NONBLOCK among the flags it may still be
/// on its way when this returns.
inline int start_connecting(std::uint16_t port, int flags) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  const sockaddr_in server = loopback(port);
  if (fd < 0 || (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 &&
                 errno != EINPROGRESS)) {
    fail("connect");
  }
  reset_on_close(fd);
  return fd;
}

}  // namespace bench
