// The least code for an echo server on epoll: level-triggered, one read and one write for each
// event.
#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/common/server.hpp"

namespace {

struct connection {
  int fd;
  std::vector<char> unsent;  // what the socket did not take; while there is some, nothing is read
};

class server {
 public:
  explicit server(int listener) : listener_(listener), epoll_(epoll_create1(0)) {
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
  }

  void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
          accept_all();
        } else if ((event.events & EPOLLOUT) != 0) {
          write_unsent(*static_cast<connection*>(event.data.ptr));
        } else {
          echo(*static_cast<connection*>(event.data.ptr));
        }
      }
    }
  }

 private:
  void watch(int operation, int fd, std::uint32_t events, connection* who) {
    epoll_event event{.events = events, .data = {.ptr = who}};
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      bench::set_no_delay(fd);
      watch(EPOLL_CTL_ADD, fd, EPOLLIN, new connection{fd, {}});
    }
  }

  void echo(connection& peer) {
    const ssize_t got = recv(peer.fd, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) return;
      return end(peer);
    }
    const ssize_t sent = send(peer.fd, buffer_.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
    if (sent == got) return;
    if (sent < 0 && errno != EAGAIN) return end(peer);
    peer.unsent.assign(buffer_.data() + (sent < 0 ? 0 : sent), buffer_.data() + got);
    watch(EPOLL_CTL_MOD, peer.fd, EPOLLOUT, &peer);
  }

  void write_unsent(connection& peer) {
    const ssize_t sent = send(peer.fd, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) return;
      return end(peer);
    }
    peer.unsent.erase(peer.unsent.begin(), peer.unsent.begin() + sent);
    if (peer.unsent.empty()) watch(EPOLL_CTL_MOD, peer.fd, EPOLLIN, &peer);
  }

  static void end(connection& peer) {
    close(peer.fd);
    delete &peer;
  }

  int listener_;
  int epoll_;
  std::array<char, 64 * 1024> buffer_;
};

}  // namespace

int main() {
  server(bench::listen_and_tell()).run();
}
