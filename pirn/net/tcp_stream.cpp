#include "pirn/net/tcp_stream.hpp"

#include <cerrno>

#include "pirn/net/error.hpp"

namespace pirn::net {

std::string read_wait::describe() const {
  return "read from " + peer_name(*from);
}

cancel_answer read_wait::withdraw() noexcept {
  cancel_answer answer = waiter()->home().driver().cancel(*this);
  PIRN_ASSERT(answer == cancel_answer::gone, "a leased receive can always be taken back");
  waiter()->home().foreground_ended();
  return answer;
}

void read_wait::completed() noexcept {
  waiter()->home().foreground_ended();
  wake();
}

void read_wait::fail() const {
  throw failure("read from", peer_name(*from), operation::result);
}

std::string write_wait::describe() const {
  return "write to " + peer_name(to_);
}

bool write_wait::send_parts() {
  request_.emplace(*this).slices = parts_;
  return start_request();
}

bool write_wait::send_rest(std::ptrdiff_t sent) {
  if (sent < 0 && sent != -EAGAIN) {
    error_ = static_cast<int>(sent);
    return true;
  }
  std::size_t sent_bytes = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  request& remaining = request_.emplace(*this);
  remaining.rest = {bytes_.data + sent_bytes, bytes_.size - sent_bytes};
  remaining.slices = std::span(&remaining.rest, 1);
  remaining.is_full = sent != 0;
  return start_request();
}

bool write_wait::start_request() {
  if (waiter()->home().driver().start(*request_) == started::done) {
    error_ = request_->result;
    return true;
  }
  waiter()->home().foreground_started();
  return false;
}

cancel_answer write_wait::withdraw() noexcept {
  cancel_answer answer = waiter()->home().driver().cancel(*request_);
  if (answer == cancel_answer::gone) waiter()->home().foreground_ended();
  return answer;
}

void write_wait::request_ended() noexcept {
  error_ = request_->result;
  waiter()->home().foreground_ended();
  if (error_ == -ECANCELED && waiter()->must_stop()) {
    wake_cancelled();
  } else {
    wake();
  }
}

void write_wait::fail() const {
  throw failure("write to", peer_name(to_), error_);
}

tcp_stream tcp_stream::adopt(unique_fd connected, stream_options options) {
  const int descriptor = connected.release();  // the driver's from here on, unless it refuses
  auto adopted = loop::current().driver().adopt_stream(descriptor, options);
  if (adopted) return tcp_stream(*std::move(adopted));
  connected.reset(descriptor);
  throw failure("adopt", "descriptor " + std::to_string(descriptor), adopted.error().value());
}

std::string tcp_stream::name() const {
  return peer_name(raw());
}

task<std::size_t> tcp_stream::read_some(std::span<std::byte> into) {
  PIRN_ASSERT(!into.empty(), "a read needs room");
  io_wait<receive_operation> receive("read into a buffer");
  receive.request().from = &raw();
  receive.request().into = into;
  int count = co_await receive;
  if (count < 0) throw failure("read from", name(), count);
  co_return static_cast<std::size_t>(count);
}

task<> tcp_stream::shut_down_writing() {
  int error = raw().shut_down_sending();
  if (error < 0) throw failure("shut down", name(), error);
  co_return;
}

task<tcp_stream> connect(endpoint remote, stream_options options) {
  io_wait<connect_operation> connecting("connect");
  connecting.request().remote = remote;
  connecting.request().options = options;
  int error = co_await connecting;
  if (error < 0) throw failure("connect", remote.to_string(), error);
  co_return tcp_stream(std::move(connecting.request().connected));
}

}  // namespace pirn::net
