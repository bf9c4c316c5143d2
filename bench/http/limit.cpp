// The least code that answers keep-alive requests, pipelined ones too: epoll, a search for each
// request's end, and one write for all the answers to one read. It does not parse: that is what a
// real server does more.
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/common/server.hpp"

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Length: 13\r\n"
    "\r\n"
    "Hello, world!";
constexpr std::string_view request_end = "\r\n\r\n";

struct connection {
  int fd;
  std::string begun{};  // the start of a request whose end has not come
  std::string unsent{};
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
          write_out(*static_cast<connection*>(event.data.ptr));
        } else {
          answer_what_came(*static_cast<connection*>(event.data.ptr));
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
      watch(EPOLL_CTL_ADD, fd, EPOLLIN, new connection{.fd = fd});
    }
  }

  void answer_what_came(connection& peer) {
    const ssize_t got = recv(peer.fd, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) return;
      return end(peer);
    }
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
    if (!peer.begun.empty()) bytes = peer.begun.append(bytes);
    std::size_t used = 0;
    for (;;) {
      const std::size_t found = bytes.find(request_end, used);
      if (found == std::string_view::npos) break;
      used = found + request_end.size();
      out_.append(answer);
    }
    peer.begun = std::string(bytes.substr(used));
    send_answers(peer);
  }

  void send_answers(connection& peer) {
    const ssize_t sent = send(peer.fd, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      out_.clear();
      return end(peer);
    }
    const std::size_t skipped = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (skipped < out_.size()) {
      peer.unsent.assign(out_, skipped);
      watch(EPOLL_CTL_MOD, peer.fd, EPOLLOUT, &peer);
    }
    out_.clear();
  }

  void write_out(connection& peer) {
    const ssize_t sent = send(peer.fd, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) return;
      return end(peer);
    }
    peer.unsent.erase(0, static_cast<std::size_t>(sent));
    if (peer.unsent.empty()) watch(EPOLL_CTL_MOD, peer.fd, EPOLLIN, &peer);
  }

  static void end(connection& peer) {
    close(peer.fd);
    delete &peer;
  }

  int listener_;
  int epoll_;
  std::array<char, 64 * 1024> buffer_;
  std::string out_;
};

}  // namespace

int main() {
  server(bench::listen_and_tell()).run();
}
