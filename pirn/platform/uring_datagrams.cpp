#include "pirn/platform/uring_datagrams.hpp"

#include <utility>

#include <poll.h>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

uring_datagrams::uring_datagrams(uring_core& core, unique_fd descriptor) noexcept
    : core_(core), descriptor_(std::move(descriptor)) {
  ++core_.sockets;
}

started uring_datagrams::start(receive_datagrams_operation& request) noexcept {
  PIRN_ASSERT(receiver_ == nullptr, "one receive at a time on a datagram socket");
  core_.count_attempt();
  if (receiving_.may_receive() && try_receive(request)) return started::done;
  request.driver_data.state = static_cast<std::uint32_t>(uring_kind::receive_datagrams);
  receiver_ = &request;
  arm(readable_);
  return started::pending;
}

started uring_datagrams::start(send_datagrams_operation& request) noexcept {
  PIRN_ASSERT(sender_ == nullptr, "one send at a time on a datagram socket");
  core_.count_attempt();
  request.sent = 0;
  if (sending_.try_send(descriptor_.get(), request)) return started::done;
  request.driver_data.state = static_cast<std::uint32_t>(uring_kind::send_datagrams);
  sender_ = &request;
  arm(writable_);
  return started::pending;
}

void uring_datagrams::arm(uring_readiness& direction) noexcept {
  if (direction.is_armed) return;
  io_uring_sqe& entry =
      core_.submit(IORING_OP_POLL_ADD, descriptor_.get(), &direction, uring_target::datagrams);
  const bool reads = &direction == &readable_;
  if (reads && core_.multishot) entry.len = IORING_POLL_ADD_MULTI;
  entry.poll32_events = reads ? POLLIN : POLLOUT;
  direction.is_armed = true;
}

void uring_datagrams::became_ready(uring_readiness& direction, int result,
                                   std::uint32_t flags) noexcept {
  if ((flags & IORING_CQE_F_MORE) == 0) direction.is_armed = false;
  if (released_) {
    if (!readable_.is_armed && !writable_.is_armed) delete this;
    return;
  }
  if (&direction == &readable_ || (result > 0 && (result & POLLERR) != 0)) {
    receiving_.became_readable();
  }
  serve();
}

void uring_datagrams::serve() noexcept {
  if (receiver_ != nullptr && receiving_.may_receive()) {
    if (try_receive(*receiver_)) {
      std::exchange(receiver_, nullptr)->completed();
    } else {
      arm(readable_);
    }
  }
  if (sender_ != nullptr && !writable_.is_armed) {
    if (sending_.try_send(descriptor_.get(), *sender_)) {
      std::exchange(sender_, nullptr)->completed();
    } else {
      arm(writable_);
    }
  }
}

// The port must be free when this returns, so what stands is ended by an enter of its own.
void uring_datagrams::release() noexcept {
  PIRN_ASSERT(receiver_ == nullptr && sender_ == nullptr,
              "a datagram socket is closed with a request outstanding");
  released_ = true;
  if (readable_.is_armed) core_.cancel(&readable_, uring_target::datagrams);
  if (writable_.is_armed) core_.cancel(&writable_, uring_target::datagrams);
  if (readable_.is_armed || writable_.is_armed) core_.ring.enter();
  descriptor_.reset();
  if (!readable_.is_armed && !writable_.is_armed) delete this;
}

}  // namespace pirn::detail
