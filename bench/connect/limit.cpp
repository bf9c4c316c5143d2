// The least code that makes connections and resets them: one at a time it blocks in connect, else
// epoll says which are there.
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <unistd.h>

#include "bench/common/server.hpp"
#include "bench/connect/client.hpp"

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// Starts a connection, which may still be on its way when this returns.
int start(std::uint16_t port, int flags) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0 &&
      errno != EINPROGRESS) {
    fail("connect");
  }
  return fd;
}

void reset(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

void one_by_one(const bench::connect_job& job) {
  for (std::uint64_t i = 0; i < job.count; ++i) reset(start(job.port, 0));
}

void check(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  errno = error;
  if (error != 0) fail("connect");
}

void side_by_side(const bench::connect_job& job) {
  const int epoll = epoll_create1(0);
  std::uint64_t started = 0;
  const auto start_another = [&] {
    const int fd = start(job.port, SOCK_NONBLOCK);
    epoll_event event{.events = EPOLLOUT, .data = {.fd = fd}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    ++started;
  };
  while (started < job.width) start_another();
  std::array<epoll_event, 256> events;
  for (std::uint64_t ended = 0; ended < job.count;) {
    const int count = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      check(fd);
      reset(fd);
      ++ended;
      if (started < job.count) start_another();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::connect_job job = bench::job_of(argc, argv);
  const bench::stopwatch watch;
  job.width == 1 ? one_by_one(job) : side_by_side(job);
  bench::tell(watch.read(), job.count);
}
