#include "pirn/net/tcp_stream.hpp"

#include <cerrno>

#include "pirn/net/error.hpp"

namespace pirn::net {

read_wait::read_wait(tcp_stream& stream) noexcept : stream_(stream) {
  from = &stream.raw();
}

std::string read_wait::describe() const {
  return "read from " + stream_.peer().to_string();
}

bool read_wait::try_complete() {
  if (task_->home().driver().start(*this) == started::done) return true;
  pending_ = true;
  task_->home().foreground_started();
  return false;
}

cancel_answer read_wait::withdraw() noexcept {
  cancel_answer answer = task_->home().driver().cancel(*this);
  PIRN_ASSERT(answer == cancel_answer::gone, "a leased receive can always be taken back");
  pending_ = false;
  task_->home().foreground_ended();
  return answer;
}

void read_wait::completed() noexcept {
  pending_ = false;
  task_->home().foreground_ended();
  wake();
}

lease read_wait::result() {
  if (operation::result < 0) {
    throw failure("read from", stream_.peer().to_string(), operation::result);
  }
  return std::move(chunk);
}

write_wait::write_wait(tcp_stream& stream, std::span<const std::byte> bytes) noexcept
    : stream_(stream), whole_{bytes.data(), bytes.size()} {
  to = &stream.raw();
  slices = std::span(&whole_, 1);
}

write_wait::write_wait(tcp_stream& stream, std::span<const slice> parts) noexcept
    : stream_(stream) {
  to = &stream.raw();
  slices = parts;
}

std::string write_wait::describe() const {
  return "write to " + stream_.peer().to_string();
}

bool write_wait::try_complete() {
  if (task_->home().driver().start(*this) == started::done) return true;
  pending_ = true;
  task_->home().foreground_started();
  return false;
}

cancel_answer write_wait::withdraw() noexcept {
  cancel_answer answer = task_->home().driver().cancel(*this);
  if (answer == cancel_answer::gone) {
    pending_ = false;
    task_->home().foreground_ended();
  }
  return answer;
}

void write_wait::completed() noexcept {
  pending_ = false;
  task_->home().foreground_ended();
  if (operation::result == -ECANCELED && task_->must_stop()) {
    wake_cancelled();
  } else {
    wake();
  }
}

void write_wait::result() {
  if (operation::result < 0) {
    throw failure("write to", stream_.peer().to_string(), operation::result);
  }
}

task<std::size_t> tcp_stream::read_some(std::span<std::byte> into) {
  io_wait<receive_operation> receive("read into a buffer");
  receive.request().from = socket_.get();
  receive.request().into = into;
  int count = co_await receive;
  if (count < 0) throw failure("read from", peer().to_string(), count);
  co_return static_cast<std::size_t>(count);
}

void tcp_stream::shut_down_writing() {
  int error = socket_->shut_down_sending();
  if (error < 0) throw failure("shut down", peer().to_string(), error);
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
