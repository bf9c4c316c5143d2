#include "pirn/platform/epoll_datagrams.hpp"

#include <cerrno>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

started epoll_datagrams::start(receive_datagrams_operation& request) noexcept {
  PIRN_ASSERT(receiver_ == nullptr, "one receive at a time on a datagram socket");
  if (may_receive_ && try_receive(request)) return started::done;
  request.result = watch(EPOLLIN);
  if (request.result < 0) return started::done;
  watched_ = true;
  shared_.pend(request, request_kind::receive_datagrams);
  receiver_ = &request;
  return started::pending;
}

started epoll_datagrams::start(send_datagrams_operation& request) noexcept {
  PIRN_ASSERT(sender_ == nullptr, "one send at a time on a datagram socket");
  request.sent = 0;
  if (try_send(request)) return started::done;
  // Room that came since tells of itself: adding or changing a registration does.
  request.result = watch(EPOLLIN | EPOLLOUT);
  if (request.result < 0) return started::done;
  shared_.pend(request, request_kind::send_datagrams);
  sender_ = &request;
  return started::pending;
}

// Fewer than there was room for: the queue is empty, and the kernel will tell of what comes next,
// which saves the call that would fail with EAGAIN. Not so at a connected socket, where an error
// may have come between, of which nothing tells.
bool epoll_datagrams::try_receive(receive_datagrams_operation& request) noexcept {
  const int count = receive_datagrams(descriptor_.get(), request.into);
  may_receive_ = count != -EAGAIN;
  if (count == -EAGAIN) return false;
  request.result = count;
  const bool is_short = count > 0 && static_cast<std::size_t>(count) < request.into.size() &&
                        count < datagrams_per_receive;
  if (is_short && !connected_ && watched_) may_receive_ = false;
  return true;
}

bool epoll_datagrams::try_send(send_datagrams_operation& request) noexcept {
  const int result = sending_.send(descriptor_.get(), request);
  if (result == -EAGAIN) return false;
  request.result = result;
  return true;
}

void epoll_datagrams::happened(std::uint32_t events) noexcept {
  may_receive_ |= (events & ~EPOLLOUT) != 0;
  if (receiver_ != nullptr && may_receive_ && try_receive(*receiver_)) {
    shared_.complete(*std::exchange(receiver_, nullptr));
  }
  if (sender_ != nullptr && try_send(*sender_)) {
    shared_.complete(*std::exchange(sender_, nullptr));
  }
}

void epoll_datagrams::release() noexcept {
  PIRN_ASSERT(receiver_ == nullptr && sender_ == nullptr,
              "a datagram socket is closed with a request outstanding");
  std::unique_ptr<epoll_datagrams> dying(this);
}

}  // namespace pirn::detail
