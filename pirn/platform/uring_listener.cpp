#include "pirn/platform/uring_listener.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "pirn/base/assert.hpp"
#include "pirn/platform/stream_calls.hpp"
#include "pirn/platform/uring_stream.hpp"

namespace pirn::detail {

uring_listener::uring_listener(uring_core& core, unique_fd descriptor,
                               const stream_options& of_accepted)
    : core_(core), of_accepted_(of_accepted), descriptor_(std::move(descriptor)) {
  kept_.reserve(kept_at_most);
  ++core_.sockets;
}

uring_listener::~uring_listener() {
  --core_.sockets;
}

started uring_listener::start(accept_operation& request) noexcept {
  if (!kept_.empty()) {
    unique_fd oldest = std::move(kept_.front());
    kept_.erase(kept_.begin());
    hand_over(std::move(oldest), request);
    return started::done;
  }
  if (request.mode == accept_mode::taken) {
    request.result = -EAGAIN;
    if (!waiting_.empty()) return started::done;  // what comes has who waits for it
    if (!armed_ && !must_sweep()) return started::done;
  }
  request.driver_data.state = static_cast<std::uint32_t>(uring_kind::accept);
  waiting_.push_back(request);
  if (request.mode == accept_mode::single && takes_many_) stop();  // and ask for one anew
  arm();
  if (request.mode == accept_mode::taken) stop();
  return started::pending;
}

void uring_listener::arm() noexcept {
  if (armed_) return;
  armed_ = true;
  if (polls_) {
    core_.submit(IORING_OP_POLL_ADD, descriptor_.get(), this, uring_target::accepted)
        .poll32_events = POLLIN;
    return;
  }
  io_uring_sqe& entry =
      core_.submit(IORING_OP_ACCEPT, descriptor_.get(), this, uring_target::accepted);
  entry.accept_flags = SOCK_CLOEXEC;
  takes_many_ = core_.multishot && waiting_.front().mode == accept_mode::ahead;
  if (takes_many_) entry.ioprio = IORING_ACCEPT_MULTISHOT;
}

void uring_listener::stop() noexcept {
  if (armed_ && !std::exchange(ending_, true)) core_.cancel(this, uring_target::accepted);
}

void uring_listener::accepted(int result, std::uint32_t flags) noexcept {
  if ((flags & IORING_CQE_F_MORE) == 0) {
    if (result < 0 || takes_many_) {
      sweeps_left_ = queued();
    } else if (sweeps_left_ > 0) {
      --sweeps_left_;
    }
    armed_ = ending_ = takes_many_ = false;
  }
  if (std::exchange(polls_, false)) {
    // It has only told that there may be a connection.
  } else if (result >= 0) {
    take(unique_fd(result));
  } else if (!released_) {
    refused(result);
  }
  if (released_) {
    if (!armed_) delete this;
  } else if (!armed_ && !waiting_.empty()) {
    go_on();
  }
}

void uring_listener::go_on() noexcept {
  if (waiting_.front().mode == accept_mode::taken) {
    accept_operation& taken = waiting_.pop_front();
    if (waiting_.empty() && must_sweep()) {
      waiting_.push_back(taken);
      arm();
      stop();  // it takes one that is there at once, or none
      return;
    }
    taken.completed();
  }
  if (!waiting_.empty()) arm();
}

// The kernel wakes one of those that wait for a connection. If that was a request which then ended
// without it, those of other processes sleep on, with the connection in the queue. Which ones they
// were it does not tell; they are among those that were queued when the request ended.
bool uring_listener::must_sweep() noexcept {
  if (sweeps_left_ > 0) sweeps_left_ = std::min(sweeps_left_, queued());
  return sweeps_left_ > 0;
}

unsigned uring_listener::queued() const noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor_.get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
    return info.tcpi_unacked;
  }
  pollfd queue{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&queue, 1, 0) > 0 ? queued_at_most : 0;
}

void uring_listener::take(unique_fd connection) noexcept {
  if (released_) return;  // and closes it
  if (!waiting_.empty()) {
    accept_operation& first = waiting_.pop_front();
    hand_over(std::move(connection), first);
    first.completed();
    return;
  }
  // A few may come between asking the kernel to stop and its doing so; they are dropped if there is
  // no memory.
  try {
    kept_.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
  }
  if (kept_.size() >= kept_at_most) stop();
}

void uring_listener::refused(int result) noexcept {
  // Another process that has this listener too may want it not to block, and then the kernel does
  // not wait for a connection here either; a poll does.
  polls_ = result == -EAGAIN;
  if (result == -ECANCELED || result == -EAGAIN || is_of_one_connection(-result)) return;
  // The kernel is out of something: the caller that waits longest is told and will back off; nobody
  // waiting, the next accept will ask again.
  if (waiting_.empty()) return;
  accept_operation& first = waiting_.pop_front();
  first.result = result;
  first.completed();
}

void uring_listener::hand_over(unique_fd connection, accept_operation& request) noexcept {
  // The kernel tells no addresses to a request that accepts many. One that has gone again has none;
  // its stream will say so.
  const socket_address peer = peer_address(connection.get());
  // Connections of TCP have their listener's options; others get them now.
  if (peer.family() == AF_UNIX) set_stream_options(connection.get(), AF_UNIX, of_accepted_);
  try {
    request.accepted.reset(new uring_stream(core_, std::move(connection), peer));
    request.peer = peer.to_endpoint();
    request.result = 0;
  } catch (const std::bad_alloc&) {
    request.result = -ENOMEM;
  }
}

// The port must be free when this returns, so the request is ended by an enter of its own.
void uring_listener::release() noexcept {
  PIRN_ASSERT(waiting_.empty(), "a listener is closed with an accept outstanding");
  released_ = true;
  kept_.clear();
  if (armed_) {
    stop();
    core_.ring.enter();
  }
  descriptor_.reset();
  if (!armed_) delete this;
}

}  // namespace pirn::detail
