// load: the one client of the udp bench, the same for every server.
//
//   load PORT BURST MILLISECONDS
//
// Sends a burst of datagrams, waits until all have come back, compares them, and sends the next.
// What has not come back after a short while is counted as lost; should it come later, it is not
// taken for one of the next burst. Prints one line of JSON.
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <sys/time.h>
#include <time.h>

#include "bench/udp/messages.hpp"

namespace {

constexpr std::int64_t patience_us = 20'000;

std::int64_t now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// Which datagram it is: the first bytes of each; the others follow from its number.
struct label {
  std::uint64_t burst;
  std::uint64_t number;
};

class load {
 public:
  load(std::uint16_t port, std::size_t burst) : burst_size_(burst), fd_(bench::open_datagrams()) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 0, .tv_usec = patience_us};
    if (connect(fd_, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) fail("connect");
    if (setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) fail("patience");
    for (std::size_t i = 0; i < burst_size_; ++i) {
      std::memset(out_.bytes(i), static_cast<int>('a' + i % 26), bench::datagram_bytes);
    }
  }

  void run(std::int64_t window_ns) {
    const std::int64_t start_ns = now_ns();
    std::int64_t took_ns = 0;
    while (took_ns < window_ns) {
      exchange();
      took_ns = now_ns() - start_ns;
    }
    std::printf("{\"datagrams\":%llu,\"lost\":%llu,\"per_second\":%.0f}\n", echoed_, lost_,
                static_cast<double>(echoed_) * 1e9 / static_cast<double>(took_ns));
  }

 private:
  void exchange() {
    ++burst_;
    for (std::size_t i = 0; i < burst_size_; ++i) {
      const label mine{burst_, i};
      std::memcpy(out_.bytes(i), &mine, sizeof mine);
    }
    if (!out_.send(fd_, 0, burst_size_)) fail("send");
    std::size_t missing = burst_size_;
    while (missing > 0) {
      const int count = in_.receive(fd_, missing, MSG_WAITFORONE);
      if (count < 0 && errno != EAGAIN) fail("receive");
      if (count < 0) break;
      for (int i = 0; i < count; ++i) missing -= is_echo(static_cast<std::size_t>(i)) ? 1 : 0;
    }
    echoed_ += burst_size_ - missing;
    lost_ += missing;
  }

  /// Whether what came is of this burst; one of an earlier burst is late, and has been given up.
  bool is_echo(std::size_t i) {
    label found{};
    std::memcpy(&found, in_.bytes(i), sizeof found);
    if (in_.size_bytes(i) == bench::datagram_bytes && found.burst < burst_) return false;
    if (in_.size_bytes(i) != bench::datagram_bytes || found.number >= burst_size_ ||
        std::memcmp(in_.bytes(i), out_.bytes(found.number), bench::datagram_bytes) != 0) {
      std::fprintf(stderr, "load: what came back is not what was sent\n");
      std::exit(1);
    }
    return true;
  }

  std::size_t burst_size_;
  int fd_;
  bench::messages out_{false};
  bench::messages in_{false};
  std::uint64_t burst_ = 0;
  unsigned long long echoed_ = 0;
  unsigned long long lost_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i) { return i < argc ? std::strtoul(argv[i], nullptr, 10) : 0; };
  const std::size_t burst = number(2);
  if (argc != 4 || burst == 0 || burst > bench::messages_max) {
    std::fprintf(stderr, "usage: %s PORT BURST MILLISECONDS, BURST from 1 to %zu\n", argv[0],
                 bench::messages_max);
    return 2;
  }
  const auto window_ns = static_cast<std::int64_t>(number(3)) * 1'000'000;
  load(static_cast<std::uint16_t>(number(1)), burst).run(window_ns);
}
