// messages: room for as many small datagrams as one call of the kernel moves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <netinet/in.h>
#include <sys/socket.h>

namespace bench {

inline constexpr std::size_t datagram_bytes = 64;
inline constexpr std::size_t messages_max = 64;

/// What sendmmsg and recvmmsg are given: message `i` has the memory `bytes(i)` and, unless the
/// socket is connected, the peer that it came from and goes to.
class messages {
 public:
  explicit messages(bool with_peers) noexcept {
    for (std::size_t i = 0; i < messages_max; ++i) {
      parts_[i] = {bytes_[i].data(), datagram_bytes};
      msghdr& header = headers_[i].msg_hdr;
      header = {};
      header.msg_iov = &parts_[i];
      header.msg_iovlen = 1;
      if (!with_peers) continue;
      header.msg_name = &peers_[i];
      header.msg_namelen = sizeof peers_[i];
    }
  }
  messages(messages&&) = delete;  // its headers point at it

  char* bytes(std::size_t i) noexcept { return bytes_[i].data(); }
  std::size_t size_bytes(std::size_t i) const noexcept { return headers_[i].msg_len; }

  /// Returns how many there were, or -1.
  int receive(int fd, std::size_t count, int flags) noexcept {
    return recvmmsg(fd, headers_.data(), static_cast<unsigned>(count), flags, nullptr);
  }
  /// Sends those from `first` up to, not with, `end`; false when the kernel refuses one.
  bool send(int fd, std::size_t first, std::size_t end) noexcept {
    while (first < end) {
      const int sent = sendmmsg(fd, &headers_[first], static_cast<unsigned>(end - first), 0);
      if (sent < 0) return false;
      first += static_cast<std::size_t>(sent);
    }
    return true;
  }

 private:
  std::array<std::array<char, datagram_bytes>, messages_max> bytes_{};
  std::array<sockaddr_in, messages_max> peers_{};
  std::array<iovec, messages_max> parts_{};
  std::array<mmsghdr, messages_max> headers_{};
};

/// Returns a datagram socket on a free port of 127.0.0.1.
inline int open_datagrams() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("bind");
    std::exit(1);
  }
  return fd;
}

}  // namespace bench
