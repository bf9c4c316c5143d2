// server: what the hand-written servers share. Each listens on a free port of 127.0.0.1, prints it,
// and serves until it is terminated.
#pragma once

#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace bench {

inline void set_no_delay(int fd) noexcept {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Prints the port for the harness, which waits for that line.
inline void tell_port(unsigned port) {
  std::printf("%u\n", port);
  std::fflush(stdout);
}

/// Returns a listening, non-blocking socket, whose port is printed.
inline int listen_and_tell() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 4096) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::perror("listen");
    std::exit(1);
  }
  tell_port(ntohs(address.sin_port));
  return fd;
}

}  // namespace bench
