// load: the one client that the echo servers of the connect bench have.
//
//   load PORT accept COUNT    COUNT connections one after the other: a byte there, a byte back, end
//   load PORT storm COUNT     COUNT connections at once: each sends its byte as soon as it can, and
//                             has it back; then all end
//
// Every connection is reset at its end, so that neither side keeps its port busy. Prints one line
// of JSON, the connections a second; of a storm, until the last byte is back.
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

#include "bench/common/client.hpp"
#include "bench/common/elapsed.hpp"

namespace {

using bench::fail;
using bench::start_connecting;

void send_byte(int fd, std::size_t number) {
  const char byte = static_cast<char>(number);
  if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1) fail("send");
}

void receive_byte(int fd, std::size_t number) {
  char byte = 0;
  if (recv(fd, &byte, 1, 0) != 1) fail("recv");
  if (byte == static_cast<char>(number)) return;
  std::fprintf(stderr, "load: another byte came back than was sent\n");
  std::exit(1);
}

void one_by_one(std::uint16_t port, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const int fd = start_connecting(port, 0);
    send_byte(fd, i);
    receive_byte(fd, i);
    close(fd);
  }
}

class storm {
 public:
  storm(std::uint16_t port, std::size_t count) : epoll_(epoll_create1(0)), all_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      all_[i] = start_connecting(port, SOCK_NONBLOCK);
      watch(EPOLL_CTL_ADD, i, EPOLLOUT);
    }
  }

  void until_all_are_served() {
    std::array<epoll_event, 256> events;
    for (std::size_t served = 0; served < all_.size();) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), 20'000);
      if (count == 0) {
        std::fprintf(stderr, "load: nothing happened for 20 s\n");
        std::exit(1);
      }
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const std::size_t which = event.data.u64;
        if ((event.events & EPOLLOUT) != 0) {
          send_byte(all_[which], which);
          watch(EPOLL_CTL_MOD, which, EPOLLIN);
        } else {
          receive_byte(all_[which], which);
          ++served;
        }
      }
    }
  }

  void end() {
    for (const int each : all_) close(each);
  }

 private:
  void watch(int operation, std::size_t which, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.u64 = which}};
    if (epoll_ctl(epoll_, operation, all_[which], &event) != 0) fail("epoll_ctl");
  }

  int epoll_;
  std::vector<int> all_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s PORT accept|storm COUNT\n", argv[0]);
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
  const std::size_t count = std::strtoul(argv[3], nullptr, 10);
  const bench::stopwatch watch;
  std::int64_t took_ns = 0;
  if (std::strcmp(argv[2], "storm") == 0) {
    storm all(port, count);
    all.until_all_are_served();
    took_ns = watch.read().wall_ns;
    all.end();
  } else {
    one_by_one(port, count);
    took_ns = watch.read().wall_ns;
  }
  std::printf("{\"per_second\":%.0f}\n",
              static_cast<double>(count) * 1e9 / static_cast<double>(took_ns));
}
