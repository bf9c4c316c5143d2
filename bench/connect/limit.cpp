// The least code that makes connections and resets them: one at a time it blocks in connect, else
// epoll says which are there.
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <unistd.h>

#include "bench/common/client.hpp"
#include "bench/connect/client.hpp"

namespace {

using bench::fail;
using bench::start_connecting;

void one_by_one(const bench::connect_job& job) {
  for (std::uint64_t i = 0; i < job.count; ++i) close(start_connecting(job.port, 0));
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
    const int fd = start_connecting(job.port, SOCK_NONBLOCK);
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
      close(fd);
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
