#include "pirn/platform/descriptor_polls.hpp"

#include <array>
#include <cerrno>
#include <new>

#include <sys/epoll.h>

namespace pirn::detail {

namespace {

constexpr int always_reported = poll_hang_up | poll_error;

std::uint32_t kernel_events(int events) noexcept {
  std::uint32_t result = 0;
  if ((events & poll_readable) != 0) result |= EPOLLIN;
  if ((events & poll_writable) != 0) result |= EPOLLOUT;
  if ((events & poll_hang_up) != 0) result |= EPOLLRDHUP;
  return result;
}

int poll_events(std::uint32_t events) noexcept {
  int result = 0;
  if ((events & EPOLLIN) != 0) result |= poll_readable;
  if ((events & EPOLLOUT) != 0) result |= poll_writable;
  if ((events & (EPOLLHUP | EPOLLRDHUP)) != 0) result |= poll_hang_up;
  if ((events & EPOLLERR) != 0) result |= poll_error;
  return result;
}

}  // namespace

int descriptor_polls::open_set() noexcept {
  unique_fd set(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event readable{.events = EPOLLIN, .data = {.ptr = tag_}};
  if (!set || ::epoll_ctl(shared_.set.get(), EPOLL_CTL_ADD, set.get(), &readable) != 0) {
    return -errno;
  }
  set_ = std::move(set);
  return 0;
}

int descriptor_polls::arm(int descriptor, watch& at) noexcept {
  epoll_event wanted{.events = EPOLLONESHOT, .data = {.fd = descriptor}};
  for (poll_operation* each = at.waiting.first(); each != nullptr; each = at.waiting.next(*each)) {
    wanted.events |= kernel_events(each->events);
  }
  int action = at.registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  int failed = ::epoll_ctl(set_.get(), action, descriptor, &wanted);
  // The number may have been closed since and be another file's by now, which the set does not
  // know.
  if (failed != 0 && errno == ENOENT) {
    failed = ::epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &wanted);
  }
  at.registered = failed == 0;
  return failed == 0 ? 0 : -errno;
}

started descriptor_polls::start(poll_operation& request) noexcept try {
  if (!set_) {
    request.result = open_set();
    if (request.result < 0) return started::done;
  }
  watch& at = watches_[request.descriptor];
  at.waiting.push_back(request);
  int armed = arm(request.descriptor, at);
  if (armed == 0) {
    shared_.pend(request, request_kind::poll);
    return started::pending;
  }
  at.waiting.remove(request);
  if (at.waiting.empty()) watches_.erase(request.descriptor);
  request.result = armed == -EPERM ? request.events & (poll_readable | poll_writable) : armed;
  return started::done;
} catch (const std::bad_alloc&) {  // of a new watch, before anything has changed
  request.result = -ENOMEM;
  return started::done;
}

void descriptor_polls::withdraw(poll_operation& request) noexcept {
  auto found = watches_.find(request.descriptor);
  found->second.waiting.remove(request);
  if (!found->second.waiting.empty())
    return;  // armed for too much at most, which collect() puts right
  ::epoll_ctl(set_.get(), EPOLL_CTL_DEL, request.descriptor, nullptr);
  watches_.erase(found);
}

void descriptor_polls::collect() noexcept {
  std::array<epoll_event, 32> events;
  int count = ::epoll_wait(set_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& each = events[static_cast<std::size_t>(i)];
    happened(each.data.fd, each.events);
  }
}

void descriptor_polls::happened(int descriptor, std::uint32_t events) noexcept {
  auto found = watches_.find(descriptor);
  if (found == watches_.end()) return;
  watch& at = found->second;
  int happened = poll_events(events);
  for (poll_operation* each = at.waiting.first(); each != nullptr;) {
    poll_operation& request = *each;
    each = at.waiting.next(request);
    int matching = happened & (request.events | always_reported);
    if (matching == 0) continue;
    at.waiting.remove(request);
    request.result = matching;
    shared_.complete(request);
  }
  if (at.waiting.empty()) return;
  int armed = arm(descriptor, at);
  while (armed < 0 && !at.waiting.empty()) {
    poll_operation& request = at.waiting.pop_front();
    request.result = armed;
    shared_.complete(request);
  }
}

}  // namespace pirn::detail
