#include "pirn/platform/descriptor_set.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <vector>

#include <sys/epoll.h>

#include "pirn/base/assert.hpp"
#include "pirn/platform/timespec.hpp"

namespace pirn {

namespace {

epoll_event epoll_wanted(int descriptor, int events) noexcept {
  epoll_event watched{};
  watched.data.fd = descriptor;
  if ((events & poll_readable) != 0) watched.events |= EPOLLIN;
  if ((events & poll_writable) != 0) watched.events |= EPOLLOUT;
  return watched;
}

int epoll_happened(unsigned events) noexcept {
  int result = 0;
  if ((events & EPOLLIN) != 0) result |= poll_readable;
  if ((events & EPOLLOUT) != 0) result |= poll_writable;
  if ((events & EPOLLHUP) != 0) result |= poll_hang_up;
  if ((events & EPOLLERR) != 0) result |= poll_error;
  return result;
}

int wait_for_events(int set, std::span<epoll_event> room, std::optional<steady_time> deadline) {
  const int room_size = static_cast<int>(std::min<std::size_t>(room.size(), INT_MAX));
  for (;;) {
    int count = ::epoll_wait(set, room.data(), room_size, detail::remaining_ms(deadline));
    if (count > 0) return count;
    if (count < 0 && errno != EINTR) return -errno;
    if (deadline && std::chrono::steady_clock::now() >= *deadline) return 0;
  }
}

}  // namespace

int descriptor_set::open() noexcept {
  set_ = unique_fd(::epoll_create1(EPOLL_CLOEXEC));
  return set_ ? 0 : -errno;
}

int descriptor_set::add(int descriptor, int events) noexcept {
  epoll_event watched = epoll_wanted(descriptor, events);
  return ::epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &watched) == 0 ? 0 : -errno;
}

int descriptor_set::change(int descriptor, int events) noexcept {
  epoll_event watched = epoll_wanted(descriptor, events);
  return ::epoll_ctl(set_.get(), EPOLL_CTL_MOD, descriptor, &watched) == 0 ? 0 : -errno;
}

void descriptor_set::remove(int descriptor) noexcept {
  ::epoll_ctl(set_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

int descriptor_set::wait(std::span<ready> found, std::optional<steady_time> deadline) {
  PIRN_ASSERT(!found.empty(), "a wait has room for what it finds");
  std::array<epoll_event, 64> few;
  std::vector<epoll_event> many;
  std::span<epoll_event> room = few;
  if (found.size() <= few.size()) {
    room = room.first(found.size());
  } else {
    many.resize(found.size());
    room = many;
  }
  const int count = wait_for_events(set_.get(), room, deadline);
  for (int i = 0; i < count; ++i) {
    const epoll_event& each = room[static_cast<std::size_t>(i)];
    found[static_cast<std::size_t>(i)] = {each.data.fd, epoll_happened(each.events)};
  }
  return count;
}

}  // namespace pirn
