#include "pirn/platform/epoll_datagrams.hpp"

#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

started epoll_datagrams::start(receive_datagrams_operation& request) noexcept {
  PIRN_ASSERT(receiver_ == nullptr, "one receive at a time on a datagram socket");
  ++shared_.attempts;
  if (receiving_.may_receive() && receiving_.try_receive(descriptor_.get(), request, watched_)) {
    return started::done;
  }
  request.result = watch(EPOLLIN);
  if (request.result < 0) return started::done;
  watched_ = true;
  shared_.pend(request, request_kind::receive_datagrams);
  receiver_ = &request;
  return started::pending;
}

started epoll_datagrams::start(send_datagrams_operation& request) noexcept {
  PIRN_ASSERT(sender_ == nullptr, "one send at a time on a datagram socket");
  ++shared_.attempts;
  request.sent = 0;
  if (sending_.try_send(descriptor_.get(), request)) return started::done;
  // Room that came since tells of itself: adding or changing a registration does.
  request.result = watch(EPOLLIN | EPOLLOUT);
  if (request.result < 0) return started::done;
  shared_.pend(request, request_kind::send_datagrams);
  sender_ = &request;
  return started::pending;
}

void epoll_datagrams::happened(std::uint32_t events) noexcept {
  if ((events & ~EPOLLOUT) != 0) receiving_.became_readable();
  if (receiver_ != nullptr && receiving_.may_receive() &&
      receiving_.try_receive(descriptor_.get(), *receiver_, watched_)) {
    shared_.complete(*std::exchange(receiver_, nullptr));
  }
  if (sender_ != nullptr && sending_.try_send(descriptor_.get(), *sender_)) {
    shared_.complete(*std::exchange(sender_, nullptr));
  }
}

void epoll_datagrams::release() noexcept {
  PIRN_ASSERT(receiver_ == nullptr && sender_ == nullptr,
              "a datagram socket is closed with a request outstanding");
  std::unique_ptr<epoll_datagrams> dying(this);
}

}  // namespace pirn::detail
