// acceptor: what the clients of the connect bench connect to: takes every connection and lets it go
// when its peer has. The peers reset, so that neither end keeps a port busy afterwards.
#include <array>
#include <cstdint>

#include <sys/epoll.h>
#include <unistd.h>

#include "bench/common/server.hpp"

namespace {

void watch(int epoll, int fd, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.fd = fd}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void accept_all(int epoll, int listener) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    watch(epoll, fd, EPOLLRDHUP);
  }
}

}  // namespace

int main() {
  const int listener = bench::listen_and_tell();
  const int epoll = epoll_create1(0);
  watch(epoll, listener, EPOLLIN);
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener);
      } else {
        close(fd);
      }
    }
  }
}
