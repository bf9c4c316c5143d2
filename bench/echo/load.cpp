// load: the one client of the echo bench, the same for every server.
//
//   load PORT CONNECTIONS SIZE DEPTH MILLISECONDS SERVER_PID [MESSAGES]
//
// Each connection sends DEPTH messages of SIZE bytes in one burst, reads the whole echo, and sends
// again. After a warm-up in which every byte is compared, it counts for MILLISECONDS and prints one
// line of JSON: messages, seconds, the server's CPU time per message (its threads' run time as the
// scheduler counts it), and the latency of a burst. With MESSAGES it does exactly that many,
// without a warm-up, so that callgrind can count the instructions of a known amount of work.
#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace {

struct options {
  std::uint16_t port;
  std::size_t connections;
  std::size_t burst_bytes;
  std::uint64_t depth;
  std::int64_t window_ns;
  int server_pid;
  std::uint64_t messages;  // zero: as many as the window holds
};

struct connection {
  int fd = -1;
  std::size_t sent_bytes = 0;
  std::size_t received_bytes = 0;
  std::int64_t burst_start_ns = 0;
  std::uint64_t bursts = 0;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::int64_t now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

/// The run time of all threads of a process, in nanoseconds.
std::int64_t cpu_of_ns(int pid) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  DIR* folder = opendir(tasks.c_str());
  if (folder == nullptr) fail(tasks.c_str());
  std::int64_t sum_ns = 0;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    FILE* file = std::fopen((tasks + "/" + entry->d_name + "/schedstat").c_str(), "r");
    long long run_ns = 0;
    if (file == nullptr) continue;  // the thread has ended meanwhile
    if (std::fscanf(file, "%lld", &run_ns) == 1) sum_ns += run_ns;
    std::fclose(file);
  }
  closedir(folder);
  return sum_ns;
}

/// Counts of latencies: 32 classes for each power of two, so a percentile is right within 3 %.
class histogram {
 public:
  void add(std::int64_t latency_ns) noexcept {
    ++counts_[class_of(static_cast<std::uint64_t>(latency_ns))];
    ++total_;
  }
  void clear() noexcept { *this = histogram{}; }

  double percentile_us(double part) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return static_cast<double>(value_of(i)) / 1'000;
    }
    return 0;
  }

 private:
  static constexpr unsigned sub_bits = 5;
  static constexpr std::size_t sub_count = 1u << sub_bits;

  static std::size_t class_of(std::uint64_t value) noexcept {
    if (value < sub_count) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bits;
    return (shift + 1) * sub_count + ((value >> shift) - sub_count);
  }
  static std::uint64_t value_of(std::size_t index) noexcept {
    if (index < sub_count) return index;
    return (index % sub_count + sub_count) << (index / sub_count - 1);
  }

  std::array<std::uint64_t, 40 * sub_count> counts_{};
  std::uint64_t total_ = 0;
};

class load {
 public:
  explicit load(const options& wanted)
      : options_(wanted), out_(wanted.burst_bytes), in_(256 * 1024), all_(wanted.connections) {
    for (std::size_t i = 0; i < out_.size(); ++i) out_[i] = static_cast<char>(i * 31 + i / 256);
    epoll_ = epoll_create1(0);
    for (connection& each : all_) connect_one(each);
  }

  void run() {
    for (connection& each : all_) start_burst(each);
    if (options_.messages == 0) warm_up();
    const std::int64_t cpu_start_ns = cpu_of_ns(options_.server_pid);
    const std::int64_t start_ns = now_ns();
    if (options_.messages == 0) {
      run_until(start_ns + options_.window_ns, UINT64_MAX, false);
    } else {
      run_until(INT64_MAX, options_.messages / options_.depth, false);
      let_bursts_end();
    }
    const std::int64_t took_ns = now_ns() - start_ns;
    const std::int64_t cpu_ns = cpu_of_ns(options_.server_pid) - cpu_start_ns;

    const double messages = static_cast<double>(bursts_ * options_.depth);
    std::printf(
        "{\"messages\":%.0f,\"seconds\":%.4f,\"cpu_us\":%.4f,\"per_second\":%.0f,\"p50_us\":%.1f,"
        "\"p99_us\":%.1f}\n",
        messages, static_cast<double>(took_ns) / 1e9, static_cast<double>(cpu_ns) / 1e3 / messages,
        messages * 1e9 / static_cast<double>(took_ns), latencies_.percentile_us(0.5),
        latencies_.percentile_us(0.99));
  }

 private:
  static constexpr std::int64_t warm_up_ns = 50'000'000;

  void warm_up() {
    run_until(now_ns() + warm_up_ns, UINT64_MAX, true);
    comparing_ = false;
    latencies_.clear();
    bursts_ = 0;
  }

  void connect_one(connection& each) {
    each.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(options_.port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (each.fd < 0) fail("socket");
    if (connect(each.fd, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) fail("connect");
    const int on = 1;
    setsockopt(each.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(each.fd, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &each}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, each.fd, &event) != 0) fail("epoll_ctl");
  }

  // In a warm-up every connection echoes at least once, however long that takes.
  void run_until(std::int64_t end_ns, std::uint64_t burst_limit, bool all_once) {
    std::array<epoll_event, 256> events;
    while (bursts_ < burst_limit) {
      if (now_ns() >= end_ns && (!all_once || warm_count_ == all_.size())) return;
      const int count = epoll_wait(epoll_, events.data(), events.size(), 1'000);
      if (count == 0 && ++idle_seconds_ == 10) {
        std::fprintf(stderr, "load: nothing came back for 10 s\n");
        std::exit(1);
      }
      for (int i = 0; i < count; ++i) {
        advance(*static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
  }

  // Where instructions are counted: closed with a burst under way, a connection would be reset, and
  // the server's answer to a reset is no part of a message.
  void let_bursts_end() {
    is_ending_ = true;
    run_until(INT64_MAX, bursts_ + all_.size(), false);
  }

  void start_burst(connection& each) {
    if (is_ending_) return;
    each.burst_start_ns = now_ns();
    each.sent_bytes = 0;
    each.received_bytes = 0;
    send_more(each);
  }

  void send_more(connection& each) {
    const ssize_t sent =
        send(each.fd, out_.data() + each.sent_bytes, out_.size() - each.sent_bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent > 0) each.sent_bytes += static_cast<std::size_t>(sent);
  }

  void advance(connection& each) {
    const std::size_t missing = out_.size() - each.received_bytes;
    const ssize_t got = recv(each.fd, in_.data(), std::min(missing, in_.size()), 0);
    if (got == 0) {
      std::fprintf(stderr, "load: the server closed a connection\n");
      std::exit(1);
    }
    if (got < 0) {
      if (errno == EAGAIN) return;
      fail("recv");
    }
    const auto length = static_cast<std::size_t>(got);
    if (comparing_ && std::memcmp(in_.data(), out_.data() + each.received_bytes, length) != 0) {
      std::fprintf(stderr, "load: the echo differs from what was sent\n");
      std::exit(1);
    }
    each.received_bytes += length;
    if (each.sent_bytes < out_.size()) send_more(each);
    if (each.received_bytes < out_.size()) return;
    if (each.bursts++ == 0) ++warm_count_;
    ++bursts_;
    latencies_.add(now_ns() - each.burst_start_ns);
    start_burst(each);
  }

  options options_;
  std::vector<char> out_;
  std::vector<char> in_;
  std::vector<connection> all_;
  int epoll_ = -1;
  bool comparing_ = true;
  bool is_ending_ = false;
  int idle_seconds_ = 0;
  std::size_t warm_count_ = 0;
  std::uint64_t bursts_ = 0;
  histogram latencies_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr,
                 "usage: %s PORT CONNECTIONS SIZE DEPTH MILLISECONDS SERVER_PID [MESSAGES]\n",
                 argv[0]);
    return 2;
  }
  const auto number = [&](int i) { return i < argc ? std::strtoull(argv[i], nullptr, 10) : 0; };
  const options wanted{
      .port = static_cast<std::uint16_t>(number(1)),
      .connections = number(2),
      .burst_bytes = number(3) * number(4),
      .depth = number(4),
      .window_ns = static_cast<std::int64_t>(number(5)) * 1'000'000,
      .server_pid = static_cast<int>(number(6)),
      .messages = number(7),
  };
  load(wanted).run();
}
