#include "pirn/platform/uring_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

#include "pirn/base/assert.hpp"
#include "pirn/platform/stream_calls.hpp"

namespace pirn::detail {

uring_stream::uring_stream(uring_core& core, unique_fd descriptor,
                           const socket_address& peer) noexcept
    : core_(core),
      peer_(peer),
      descriptor_(std::move(descriptor)),
      short_read_empties_(!peer_.is_unix()) {
  ++core_.sockets;
}

// Receiving: by the caller.

started uring_stream::start(receive_operation& request) noexcept {
  settled_ = false;
  return start_receive(request, uring_kind::receive);
}

started uring_stream::start(receive_leased_operation& request) noexcept {
  if (!settled_) return start_receive(request, uring_kind::receive_leased);
  PIRN_ASSERT(receiver_ == nullptr, "one receive at a time on a connection");
  request.driver_data.state = static_cast<std::uint32_t>(uring_kind::receive_leased);
  receiver_ = &request;
  return started::pending;
}

started uring_stream::start_receive(operation& request, uring_kind kind) noexcept {
  PIRN_ASSERT(receiver_ == nullptr, "one receive at a time on a connection");
  request.driver_data.state = static_cast<std::uint32_t>(kind);
  if (take(request)) return started::done;
  receiver_ = &request;
  wait_for_data();
  return started::pending;
}

bool uring_stream::take(operation& request) noexcept {
  core_.count_attempt();
  if (first_chunk_ != no_chunk) {
    take_chunk(request);
    return true;
  }
  if (error_ != 0) {
    request.result = std::exchange(error_, std::int16_t{0});
    return true;
  }
  if (at_end_) {
    request.result = 0;
    return true;
  }
  // While a request of the ring's way is ending, it may still bring bytes that come before.
  if (way_ == way::ring || receive_armed_ || !may_read_) return false;
  request.result = is_leased(request) ? receive_own(static_cast<receive_leased_operation&>(request))
                                      : receive_own(static_cast<receive_operation&>(request).into);
  return request.result != -EAGAIN;
}

void uring_stream::take_chunk(operation& request) noexcept {
  if (!is_leased(request)) {
    request.result = copy_chunks(static_cast<receive_operation&>(request).into);
    return;
  }
  std::uint32_t id = first_chunk_;
  const buffer_ring::chunk& first = core_.small.chunk_of(id);
  static_cast<receive_leased_operation&>(request).chunk = lend(id, first.offset, first.size_bytes);
  request.result = static_cast<int>(first.size_bytes);
  pop_chunk();
}

lease uring_stream::lend(std::uint32_t id, std::uint32_t offset,
                         std::uint32_t size_bytes) noexcept {
  return {core_.small, core_.small.data(id) + offset, id, size_bytes};
}

int uring_stream::copy_chunks(std::span<std::byte> into) noexcept {
  if (into.empty()) return static_cast<int>(core_.small.chunk_of(first_chunk_).size_bytes);
  std::size_t room = into.size();
  while (!into.empty() && first_chunk_ != no_chunk) {
    std::uint32_t id = first_chunk_;
    buffer_ring::chunk& first = core_.small.chunk_of(id);
    std::size_t count = std::min<std::size_t>(first.size_bytes, into.size());
    std::memcpy(into.data(), core_.small.data(id) + first.offset, count);
    into = into.subspan(count);
    first.offset += static_cast<std::uint32_t>(count);
    first.size_bytes -= static_cast<std::uint32_t>(count);
    if (first.size_bytes != 0) break;
    pop_chunk();
    core_.small.give(id);
  }
  return static_cast<int>(room - into.size());
}

int uring_stream::receive_own(receive_leased_operation& request) noexcept {
  buffer_size size = size_.next();
  std::span<std::byte> buffer = core_.own.take(size);
  if (buffer.empty()) return -ENOMEM;
  int count = receive_own(buffer);
  if (count <= 0) {
    core_.own.give_back(buffer.data(), size);
    return count;
  }
  size_.received(static_cast<std::size_t>(count));
  request.chunk = core_.own.lend(buffer, size, static_cast<std::size_t>(count));
  return count;
}

int uring_stream::receive_own(std::span<std::byte> into) noexcept {
  int count = receive_now(descriptor_.get(), into);
  if (count == 0) {
    at_end_ = !into.empty();
  } else if (count == -EAGAIN) {
    may_read_ = false;
  } else if (count > 0) {
    auto received = static_cast<std::size_t>(count);
    if (received < into.size() && short_read_empties_) may_read_ = false;
    core_.budget_bytes -= count;
    note_own_receive(received);
  }
  return count;
}

void uring_stream::wait_for_data() noexcept {
  settled_ = way_ == way::ring && is_leased(*receiver_);
  if (way_ == way::ring && !receive_armed_) {
    io_uring_sqe& entry =
        core_.submit(IORING_OP_RECV, descriptor_.get(), this, uring_target::received);
    entry.flags = IOSQE_BUFFER_SELECT;
    entry.ioprio = IORING_RECV_MULTISHOT;
    entry.buf_group = buffer_ring::group;
    receive_armed_ = true;
  } else if (way_ == way::own && !receive_armed_ && !readable_armed_) {
    io_uring_sqe& entry =
        core_.submit(IORING_OP_POLL_ADD, descriptor_.get(), this, uring_target::readable);
    entry.len = IORING_POLL_ADD_MULTI;
    entry.poll32_events = POLLIN | POLLRDHUP | POLLPRI;
    readable_armed_ = true;
  }
}

// Receiving: by the kernel.

void uring_stream::received(int result, std::uint32_t flags) noexcept {
  auto size_bytes = static_cast<std::uint32_t>(result);
  bool is_usual = settled_ && receiver_ != nullptr && (flags & IORING_CQE_F_MORE) != 0 &&
                  result > 0 && size_bytes < core_.small.size_bytes();
  if (!is_usual) [[unlikely]]
    return received_otherwise(result, flags);
  auto& request = static_cast<receive_leased_operation&>(*receiver_);
  // So that nothing is called before the end, for which registers would have to be saved.
  if (request.chunk.has_buffer()) [[unlikely]]
    return received_otherwise(result, flags);
  std::uint32_t id = flags >> IORING_CQE_BUFFER_SHIFT;
  request.chunk = lend(id, 0, size_bytes);
  request.result = result;
  receiver_ = nullptr;
  request.completed();
}

void uring_stream::received_otherwise(int result, std::uint32_t flags) noexcept {
  settled_ = false;
  if ((flags & IORING_CQE_F_MORE) == 0) receive_armed_ = receive_ending_ = false;
  std::uint32_t id = flags >> IORING_CQE_BUFFER_SHIFT;
  if (result > 0 && !released_) [[likely]] {
    arrived(id, static_cast<std::uint32_t>(result));
    return;
  }
  if ((flags & IORING_CQE_F_BUFFER) != 0) core_.small.give(id);
  if (released_) {
    free_when_done();
    return;
  }
  receive_failed(result);
  serve_receiver();
}

void uring_stream::arrived(std::uint32_t id, std::uint32_t size_bytes) noexcept {
  if (size_bytes == core_.small.size_bytes()) {
    size_.expect_burst();
    go_own_way();
  }
  keep(id, size_bytes);
  serve_receiver();
}

void uring_stream::receive_failed(int result) noexcept {
  switch (result) {
    case 0:
      at_end_ = true;
      return;
    case -ENOBUFS:
      if (!core_.small.grow()) go_own_way();
      return;
    case -EINVAL:  // perhaps a kernel without multishot; if not, recv(2) will say what is wrong
      go_own_way();
      return;
    case -ECANCELED:  // our own doing
    case -EINTR:
    case -EAGAIN:
      return;
    default:
      error_ = static_cast<std::int16_t>(result);
  }
}

void uring_stream::became_readable(int result, std::uint32_t flags) noexcept {
  settled_ = false;
  if ((flags & IORING_CQE_F_MORE) == 0) readable_armed_ = readable_ending_ = false;
  if (released_) {
    free_when_done();
    return;
  }
  if (result > 0) {
    may_read_ = true;
    // After these a short read may leave something behind of which the kernel will not tell again:
    // the end of the stream, or what follows an urgent byte.
    if ((result & (POLLRDHUP | POLLPRI | POLLHUP | POLLERR)) != 0) short_read_empties_ = false;
  } else if (result != -ECANCELED && error_ == 0) {
    error_ = static_cast<std::int16_t>(result);
  }
  serve_receiver();
}

void uring_stream::serve_receiver() noexcept {
  if (receiver_ == nullptr) return;
  if (take(*receiver_)) {
    std::exchange(receiver_, nullptr)->completed();
  } else {
    wait_for_data();
  }
}

void uring_stream::keep(std::uint32_t id, std::uint32_t size_bytes) noexcept {
  core_.small.chunk_of(id) = {.size_bytes = size_bytes, .offset = 0, .next = no_chunk};
  const auto newest = static_cast<std::uint16_t>(id);
  if (first_chunk_ == no_chunk) {
    first_chunk_ = newest;
  } else {
    core_.small.chunk_of(last_chunk_).next = newest;
  }
  last_chunk_ = newest;
  // Nobody reads: what else comes shall wait in the kernel, which holds the peer back.
  if (++chunks_ >= kept_chunks_at_most && receiver_ == nullptr) go_own_way();
}

void uring_stream::pop_chunk() noexcept {
  first_chunk_ = core_.small.chunk_of(first_chunk_).next;
  --chunks_;
}

void uring_stream::go_own_way() noexcept {
  settled_ = false;
  if (way_ == way::own) return;
  way_ = way::own;
  may_read_ = true;
  small_receives_ = 0;
  ++core_.to_own_buffers;
  if (receive_armed_ && !std::exchange(receive_ending_, true)) {
    core_.cancel(this, uring_target::received);
  }
}

void uring_stream::go_ring_way() noexcept {
  way_ = way::ring;
  ++core_.to_ring_buffers;
  if (readable_armed_ && !std::exchange(readable_ending_, true)) {
    core_.cancel(this, uring_target::readable);
  }
}

void uring_stream::note_own_receive(std::size_t count_bytes) noexcept {
  if (count_bytes > core_.small.size_bytes() / 2) {
    small_receives_ = 0;
  } else if (core_.multishot && !peer_.is_unix() && ++small_receives_ == small_receives_to_ring) {
    go_ring_way();
  }
}

// Sending.

started uring_stream::start(send_operation& request) noexcept {
  PIRN_ASSERT(sender_ == nullptr, "one send at a time on a connection");
  if (request.is_full) {
    send_position(request).rewind();
  } else {
    core_.count_attempt();
    request.result = send_first(descriptor_.get(), request);
    if (request.result != -EAGAIN) return started::done;
  }
  request.driver_data.state = static_cast<std::uint32_t>(uring_kind::send);
  sender_ = &request;
  send_cancelled_ = false;
  submit_send();
  return started::pending;
}

std::ptrdiff_t uring_stream::send_at_once(std::span<const std::byte> bytes) noexcept {
  PIRN_ASSERT(sender_ == nullptr, "one send at a time on a connection");
  core_.count_attempt();
  return detail::send_at_once(descriptor_.get(), bytes);
}

void uring_stream::submit_send() noexcept {
  std::span<const std::byte> rest = send_position(*sender_).first();
  io_uring_sqe& entry = core_.submit(IORING_OP_SEND, descriptor_.get(), this, uring_target::sent);
  entry.addr = reinterpret_cast<std::uint64_t>(rest.data());
  entry.len = static_cast<std::uint32_t>(std::min<std::size_t>(rest.size(), 1U << 30));
  // At a Unix socket each part is told, for nothing else says that a slow peer takes something.
  entry.msg_flags = peer_.is_unix() ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_WAITALL;
  entry.ioprio = IORING_RECVSEND_POLL_FIRST;  // the socket has just said that it is full
}

void uring_stream::cancel_send() noexcept {
  if (!std::exchange(send_cancelled_, true)) core_.cancel(this, uring_target::sent);
}

void uring_stream::sent(int result) noexcept {
  send_operation& request = *sender_;
  if (result > 0) send_position(request).advance(static_cast<std::size_t>(result));
  if (send_position(request).at_end()) {
    request.result = 0;
  } else if (result < 0 && result != -EINTR && result != -EAGAIN) {
    request.result = result;
  } else if (send_cancelled_) {
    request.result = -ECANCELED;
  } else {
    request.result = send_now(descriptor_.get(), request);
    if (request.result == -EAGAIN) {
      submit_send();
      return;
    }
  }
  sender_ = nullptr;
  request.completed();
}

// The end.

int uring_stream::shut_down_sending() noexcept {
  if (sending_ended_) return 0;  // the system would say ENOTCONN once both directions have
  if (::shutdown(descriptor_.get(), SHUT_WR) != 0) return -errno;
  sending_ended_ = true;
  return 0;
}

void uring_stream::release() noexcept {
  PIRN_ASSERT(receiver_ == nullptr && sender_ == nullptr,
              "a connection is closed with a request outstanding");
  released_ = true;
  while (first_chunk_ != no_chunk) {
    std::uint32_t id = first_chunk_;
    pop_chunk();
    core_.small.give(id);
  }
  if (receive_armed_ && !receive_ending_) core_.cancel(this, uring_target::received);
  if (readable_armed_ && !readable_ending_) core_.cancel(this, uring_target::readable);
  core_.close(std::move(descriptor_));
  free_when_done();
}

void uring_stream::free_when_done() noexcept {
  if (!receive_armed_ && !readable_armed_) delete this;
}

}  // namespace pirn::detail
