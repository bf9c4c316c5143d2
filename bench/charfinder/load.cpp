// load: the one client of the charfinder bench, the same for every server.
//
//   load PORT QUERY DEPTH MILLISECONDS
//
// Learns the answer to one query, then asks it again and again, DEPTH queries a write, with two
// writes under way, so that the server has work while the answers travel. Every byte is compared.
// Prints one line of JSON: the queries, and how many were answered a second.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

double now_s() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

class client {
 public:
  explicit client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) fail("connect");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0) fail("send");
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// All until the next prompt, and this.
  std::string learn() {
    std::string heard;
    while (!heard.ends_with("?> ")) heard += some(buffer_.size());
    return heard;
  }

  void expect(std::string_view text) {
    while (!text.empty()) {
      const std::string_view piece = some(text.size());
      if (!text.starts_with(piece)) {
        std::fprintf(stderr, "load: an answer differs from the first one\n");
        std::exit(1);
      }
      text.remove_prefix(piece.size());
    }
  }

 private:
  std::string_view some(std::size_t bytes_max) {
    const ssize_t got = recv(fd_, buffer_.data(), std::min(bytes_max, buffer_.size()), 0);
    if (got < 0) fail("recv");
    if (got == 0) {
      std::fprintf(stderr, "load: the server closed the connection\n");
      std::exit(1);
    }
    return {buffer_.data(), static_cast<std::size_t>(got)};
  }

  int fd_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

std::string repeated(std::string_view text, std::uint64_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s PORT QUERY DEPTH MILLISECONDS\n", argv[0]);
    return 2;
  }
  client asking(static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)));
  const std::string query = std::string(argv[2]) + '\n';
  const std::uint64_t depth = std::strtoull(argv[3], nullptr, 10);
  const double wanted_s = std::strtod(argv[4], nullptr) / 1e3;
  asking.learn();
  asking.say(query);
  const std::string queries = repeated(query, depth);
  const std::string answers = repeated(asking.learn(), depth);

  const double start_s = now_s();
  std::uint64_t asked = depth;
  asking.say(queries);
  while (now_s() - start_s < wanted_s) {
    asking.say(queries);
    asked += depth;
    asking.expect(answers);
  }
  asking.expect(answers);
  std::printf("{\"queries\":%llu,\"per_second\":%.0f}\n", static_cast<unsigned long long>(asked),
              static_cast<double>(asked) / (now_s() - start_s));
}
