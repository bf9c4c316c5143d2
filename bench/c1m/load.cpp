// load: one client of the c1m bench, which holds many connections and does what it is told.
//
//   load PORT CONNECTIONS
//
// It connects them all, then obeys lines from its input and answers each with a line of JSON:
//
//   echo NUMBER         a message of its own on every connection, and the answers compared
//   one MILLISECONDS    messages on one connection, one at a time, while the others are idle
//
// The end of its input ends it; its connections are reset, so that none lingers in the kernel. It
// ends by itself when it has not been done in ten minutes.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/common/client.hpp"

namespace {

using bench::fail;

constexpr std::size_t message_bytes = 64;
constexpr std::size_t connections_an_address = 10'000;
constexpr std::size_t batch = 64;  // messages on their way at once
using message = std::array<char, message_bytes>;

double now_s() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// The kernel looks for a free local port among every other one first: when half of them are used
/// up towards one server, each connect looks at all of these. So the addresses change before.
int connected(std::uint16_t port, std::size_t number) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bench::reset_on_close(fd);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto host = static_cast<std::uint32_t>(number / connections_an_address);
  const sockaddr_in from = bench::loopback(0, host);
  const sockaddr_in to = bench::loopback(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  return fd;
}

message text_of(std::size_t connection, std::size_t number) {
  message text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<char>(connection * 131 + number * 17 + i * 7 + connection / 251);
  }
  return text;
}

bool send_all(int fd, const message& text) noexcept {
  return send(fd, text.data(), text.size(), MSG_NOSIGNAL) == std::ssize(text);
}

bool comes_back(int fd, const message& text) noexcept {
  message answer;
  return recv(fd, answer.data(), answer.size(), MSG_WAITALL) == std::ssize(answer) &&
         answer == text;
}

void echo(const std::vector<int>& all, std::size_t number) {
  const double start_s = now_s();
  std::size_t answered = 0;
  for (std::size_t first = 0; first < all.size(); first += batch) {
    const std::size_t end = std::min(first + batch, all.size());
    for (std::size_t i = first; i < end; ++i) send_all(all[i], text_of(i, number));
    for (std::size_t i = first; i < end; ++i) answered += comes_back(all[i], text_of(i, number));
  }
  std::printf("{\"answered\":%zu,\"lost\":%zu,\"seconds\":%.3f}\n", answered, all.size() - answered,
              now_s() - start_s);
}

void one(int fd, double seconds) {
  const double start_s = now_s();
  std::size_t messages = 0;
  while (now_s() - start_s < seconds) {
    const message text = text_of(0, messages++);
    if (!send_all(fd, text) || !comes_back(fd, text)) fail("one");
  }
  std::printf("{\"messages\":%zu}\n", messages);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: load PORT CONNECTIONS\n");
    return 2;
  }
  alarm(600);
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const double start_s = now_s();
  std::vector<int> all(static_cast<std::size_t>(std::atoi(argv[2])));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = connected(port, i);
  std::printf("{\"connected\":%zu,\"seconds\":%.3f}\n", all.size(), now_s() - start_s);
  std::fflush(stdout);

  char command[16];
  unsigned long number = 0;
  while (std::scanf("%15s %lu", command, &number) == 2) {
    if (std::strcmp(command, "echo") == 0) {
      echo(all, number);
    } else if (std::strcmp(command, "one") == 0) {
      one(all.front(), static_cast<double>(number) / 1000);
    } else {
      std::fprintf(stderr, "load: no command %s\n", command);
      return 2;
    }
    std::fflush(stdout);
  }
}
