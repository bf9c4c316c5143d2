#include "pirn/platform/epoll_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include <sys/socket.h>

#include "pirn/base/assert.hpp"
#include "pirn/platform/stream_calls.hpp"

namespace pirn::detail {

namespace {

constexpr std::uint32_t read_events = EPOLLIN | EPOLLRDHUP | EPOLLPRI;
constexpr std::uint32_t failure_events = EPOLLHUP | EPOLLERR;

}  // namespace

void event_batch::forget(const void* source) noexcept {
  for (std::uint32_t i = next; i != end; ++i) {
    if (events[i].data.ptr == source) events[i].data.ptr = nullptr;
  }
}

epoll_socket::epoll_socket(epoll_shared& shared, unique_fd descriptor) noexcept
    : shared_(shared), descriptor_(std::move(descriptor)) {
  ++shared_.sockets;
}

epoll_socket::~epoll_socket() {
  --shared_.sockets;
  shared_.batch.forget(this);
  // Closing is not enough: a copy of the descriptor, in a child process or passed to someone, would
  // keep the registration alive, and with it events for a socket that is gone.
  if (watched_ != 0) ::epoll_ctl(shared_.set.get(), EPOLL_CTL_DEL, descriptor_.get(), nullptr);
}

int epoll_socket::watch_more(std::uint32_t events) noexcept {
  epoll_event wanted{.events = watched_ | events | EPOLLET, .data = {.ptr = this}};
  int action = watched_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(shared_.set.get(), action, descriptor_.get(), &wanted) != 0) return -errno;
  watched_ |= events;
  return 0;
}

// A short read means that the kernel has nothing more and that an event will tell of what comes,
// which saves the call that would fail with EAGAIN. It does not hold for Unix sockets, whose reads
// end at a passed descriptor.
epoll_stream::epoll_stream(epoll_shared& shared, unique_fd descriptor,
                           const socket_address& peer) noexcept
    : epoll_socket(shared, std::move(descriptor)),
      peer_(peer),
      short_read_empties_(!peer_.is_unix()) {}

void epoll_stream::release() noexcept {
  PIRN_ASSERT(reader_ == nullptr && writer_ == nullptr,
              "a socket is closed with a request outstanding");
  std::unique_ptr<epoll_stream> dying(this);
}

int epoll_stream::shut_down_sending() noexcept {
  if (sending_ended_) return 0;  // the system would say ENOTCONN once both directions have
  if (::shutdown(descriptor_.get(), SHUT_WR) != 0) return -errno;
  sending_ended_ = true;
  return 0;
}

bool epoll_stream::try_receive(std::span<std::byte> into, int& result) noexcept {
  ++shared_.attempts;
  int count = receive_now(descriptor_.get(), into);
  if (count == -EAGAIN) {
    may_read_ = false;
    return false;
  }
  result = count;
  shared_.received_bytes += static_cast<std::size_t>(std::max(count, 0));
  bool is_short = count > 0 && static_cast<std::size_t>(count) < into.size();
  if (is_short && short_read_empties_) may_read_ = false;
  return true;
}

bool epoll_stream::try_receive(receive_operation& request) noexcept {
  return try_receive(request.into, request.result);
}

bool epoll_stream::try_receive(receive_leased_operation& request) noexcept {
  buffer_size size = receive_size_.next();
  std::span<std::byte> buffer = shared_.buffers.take(size);
  if (buffer.empty()) {
    request.result = -ENOMEM;
    return true;
  }
  bool ended = try_receive(buffer, request.result);
  if (!ended || request.result <= 0) {
    shared_.buffers.give_back(buffer.data(), size);
    return ended;
  }
  auto count = static_cast<std::size_t>(request.result);
  receive_size_.received(count);
  request.chunk = shared_.buffers.lend(buffer, size, count);
  return true;
}

started epoll_stream::wait_to_read(operation& request, request_kind kind) noexcept {
  // TCP sends no event about room for sending unless a send has failed, so watching both from the
  // start saves a call later; a Unix socket sends one for every message that its peer takes.
  request.result = watch(peer_.is_unix() ? read_events : read_events | EPOLLOUT);
  if (request.result < 0) return started::done;
  shared_.pend(request, kind);
  reader_ = &request;
  return started::pending;
}

started epoll_stream::start(receive_operation& request) noexcept {
  PIRN_ASSERT(reader_ == nullptr, "one receive at a time on a socket");
  if (may_read_ && try_receive(request)) return started::done;
  return wait_to_read(request, request_kind::receive);
}

started epoll_stream::start(receive_leased_operation& request) noexcept {
  PIRN_ASSERT(reader_ == nullptr, "one receive at a time on a socket");
  if (may_read_ && try_receive(request)) return started::done;
  return wait_to_read(request, request_kind::receive_leased);
}

bool epoll_stream::try_reader() noexcept {
  if (reader_->driver_data.state == static_cast<std::uint32_t>(request_kind::receive)) {
    return try_receive(static_cast<receive_operation&>(*reader_));
  }
  return try_receive(static_cast<receive_leased_operation&>(*reader_));
}

bool epoll_stream::try_send(send_operation& request) noexcept {
  ++shared_.attempts;
  int result = send_now(descriptor_.get(), request);
  may_write_ = result != -EAGAIN;
  if (may_write_) request.result = result;
  return may_write_;
}

started epoll_stream::start(send_operation& request) noexcept {
  PIRN_ASSERT(writer_ == nullptr, "one send at a time on a socket");
  may_write_ &= !request.is_full;
  if (!may_write_) {
    send_position(request).rewind();
    return wait_to_write(request);
  }
  ++shared_.attempts;
  request.result = send_first(descriptor_.get(), request);
  may_write_ = request.result != -EAGAIN;
  return may_write_ ? started::done : wait_to_write(request);
}

std::ptrdiff_t epoll_stream::send_at_once(std::span<const std::byte> bytes) noexcept {
  PIRN_ASSERT(writer_ == nullptr, "one send at a time on a socket");
  ++shared_.attempts;
  return may_write_ ? detail::send_at_once(descriptor_.get(), bytes) : -EAGAIN;
}

started epoll_stream::wait_to_write(send_operation& request) noexcept {
  request.result = watch(read_events | EPOLLOUT);
  if (request.result < 0) return started::done;
  shared_.pend(request, request_kind::send);
  writer_ = &request;
  return started::pending;
}

started epoll_stream::start(epoll_shared& shared, connect_operation& request) noexcept {
  std::expected<unique_fd, std::error_code> made =
      open_stream(request.remote, request.options, descriptor_mode::non_blocking);
  if (!made) {
    request.result = -made.error().value();
    return started::done;
  }
  socket_address address(request.remote);
  // A signal leaves a connect under way, like EINPROGRESS. EAGAIN is a Unix listener whose queue is
  // full: nothing would tell when there is room, so it is the answer.
  int error = ::connect(made->get(), address.data(), address.size()) == 0 ? 0 : errno;
  bool under_way = error == EINPROGRESS || error == EINTR;
  request.result = -error;
  if (error != 0 && !under_way) return started::done;
  std::unique_ptr<epoll_stream> stream(new (std::nothrow)
                                           epoll_stream(shared, std::move(*made), address));
  request.result = stream == nullptr ? -ENOMEM : 0;
  if (under_way && stream != nullptr) request.result = stream->watch(read_events | EPOLLOUT);
  if (request.result < 0) return started::done;
  if (!under_way) {
    request.connected.reset(stream.release());
    return started::done;
  }
  shared.pend(request, request_kind::connect);
  stream->may_read_ = stream->may_write_ = false;
  stream->connecting_ = true;
  stream->writer_ = &request;
  request.driver_data.pointer = stream.release();
  return started::pending;
}

void epoll_stream::withdraw(connect_operation& request) noexcept {
  std::unique_ptr<epoll_stream> dying(static_cast<epoll_stream*>(request.driver_data.pointer));
}

void epoll_stream::finish_connect(connect_operation& request) noexcept {
  std::unique_ptr<epoll_stream> self(this);
  connecting_ = false;
  writer_ = nullptr;
  epoll_shared& shared = shared_;
  request.result = -take_socket_error(descriptor_.get());
  if (request.result == 0) {
    request.connected.reset(self.release());
  } else {
    self.reset();
  }
  shared.complete(request);
}

void epoll_stream::happened(std::uint32_t events) noexcept {
  may_read_ |= (events & EPOLLIN) != 0;
  may_write_ |= (events & EPOLLOUT) != 0;
  if ((events & ~(EPOLLIN | EPOLLOUT)) != 0) {
    // After these a short read may leave something behind of which no further event tells: the end
    // of the stream, or what follows an urgent byte.
    short_read_empties_ = false;
    may_read_ = true;
    may_write_ |= (events & failure_events) != 0;
  }
  if (may_read_ && reader_ != nullptr && try_reader()) {
    shared_.complete(*std::exchange(reader_, nullptr));
  }
  if (may_write_ && writer_ != nullptr) go_on_writing();
}

void epoll_stream::go_on_writing() noexcept {
  if (connecting_) {
    finish_connect(static_cast<connect_operation&>(*writer_));
  } else if (try_send(static_cast<send_operation&>(*writer_))) {
    shared_.complete(*std::exchange(writer_, nullptr));
  }
}

void epoll_listener::release() noexcept {
  PIRN_ASSERT(waiting_.empty(), "a listener is closed with an accept outstanding");
  std::unique_ptr<epoll_listener> dying(this);
}

void epoll_listener::take(unique_fd connection, const socket_address& peer,
                          accept_operation& request) noexcept {
  // Unix sockets inherit nothing from their listener. What cannot be set is the system's choice.
  if (peer.family() == AF_UNIX) set_stream_options(connection.get(), AF_UNIX, accepted_);
  request.accepted.reset(new (std::nothrow) epoll_stream(shared_, std::move(connection), peer));
  request.result = request.accepted == nullptr ? -ENOMEM : 0;
  if (request.result == 0) request.peer = peer.to_endpoint();
}

bool epoll_listener::try_accept(accept_operation& request) noexcept {
  for (;;) {
    ++shared_.attempts;
    socket_address peer;
    int taken =
        ::accept4(descriptor_.get(), peer.data(), peer.size_word(), SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (taken >= 0) {
      take(unique_fd(taken), peer, request);
      return true;
    }
    if (errno == EAGAIN) {
      may_accept_ = false;
      return false;
    }
    if (is_of_one_connection(errno)) continue;
    request.result =
        -errno;  // such as EMFILE: the connection stays in the queue for a later accept
    return true;
  }
}

started epoll_listener::start(accept_operation& request) noexcept {
  if (request.mode == accept_mode::taken) {  // none is ever taken before it is asked for
    request.result = -EAGAIN;
    return started::done;
  }
  if (may_accept_ && waiting_.empty() && try_accept(request)) return started::done;
  request.result = watch(EPOLLIN);
  if (request.result < 0) return started::done;
  shared_.pend(request, request_kind::accept);
  waiting_.push_back(request);
  return started::pending;
}

void epoll_listener::happened(std::uint32_t) noexcept {
  may_accept_ = true;
  while (!waiting_.empty() && try_accept(waiting_.front())) {
    shared_.complete(waiting_.pop_front());
  }
}

}  // namespace pirn::detail
