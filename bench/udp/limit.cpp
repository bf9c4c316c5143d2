// The least code for an echo of datagrams: what is there is received with one call, and sent back
// with another.
#include "bench/common/server.hpp"
#include "bench/udp/messages.hpp"

int main() {
  const int fd = bench::open_datagrams();
  sockaddr_in local{};
  socklen_t length = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length);
  bench::tell_port(ntohs(local.sin_port));
  bench::messages all(true);
  for (;;) {
    const int count = all.receive(fd, bench::messages_max, MSG_WAITFORONE);
    if (count > 0) all.send(fd, 0, static_cast<std::size_t>(count));
  }
}
