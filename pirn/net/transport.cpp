#include "pirn/net/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/net/error.hpp"

namespace pirn::net {

namespace {

// What is sent with one request, so that the protocol hears soon of a buffer that has drained.
constexpr std::size_t piece_max_bytes = 64 * 1024;

}  // namespace

transport::transport(passkey, io::any_stream connected, std::shared_ptr<base_protocol> told)
    : protocol_(std::move(told)) {
  have(std::move(connected));
  replaced_.set();
}

void transport::have(io::any_stream whole) {
  stream_.emplace(std::move(whole));
  plain_ = stream_->as<tcp_stream>();
}

// ---- writing ----

bool transport::write(std::span<const std::byte> bytes) {
  if (eof_asked_) throw std::logic_error("write() after write_eof()");
  if (is_closing()) return false;
  if (plain_ != nullptr && !flushing_ && !is_replacing_ && !bytes.empty()) {
    const std::ptrdiff_t sent = plain_->raw().send_at_once(bytes);
    if (sent == static_cast<std::ptrdiff_t>(bytes.size())) return true;
    if (sent < 0 && sent != -EAGAIN) {
      break_off(std::make_exception_ptr(failure("write to", name(), static_cast<int>(sent))));
      return false;
    }
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  keep(bytes);
  return unsent_bytes() <= high_bytes_;
}

bool transport::writelines(std::span<const slice> parts) {
  std::vector<std::byte> joined;
  for (const slice& each : parts) joined.insert(joined.end(), each.data, each.data + each.size);
  return write(joined);
}

void transport::keep(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  std::vector<std::byte>& later = is_replacing_ ? held_ : unsent_;
  later.insert(later.end(), bytes.begin(), bytes.end());
  start_pause_if_above();
  if (!is_replacing_) start_flush();
}

void transport::start_flush() {
  if (flushing_) return;
  flow_->start(flush());
  flushing_ = true;
  flushed_.clear();
}

void transport::start_pause_if_above() {
  if (writing_paused_ || pause_coming_ || unsent_bytes() <= high_bytes_) return;
  flow_->start(say_pause());
  pause_coming_ = true;
}

// Called also if some of it has been sent meanwhile: write() has said so.
task<> transport::say_pause() {
  pause_coming_ = false;
  if (state_ == state::broken) co_return;
  writing_paused_ = true;
  call([](base_protocol& told) { told.pause_writing(); });
  resume_if_drained();
}

void transport::resume_if_drained() {
  if (!writing_paused_ || state_ == state::broken || unsent_bytes() > low_bytes_) return;
  writing_paused_ = false;
  call([](base_protocol& told) { told.resume_writing(); });
}

std::span<const std::byte> transport::next_piece() {
  if (sent_ == sending_.size()) {
    sending_.clear();
    sending_.swap(unsent_);
    sent_ = 0;
  }
  const std::size_t left = sending_.size() - sent_;
  return std::span(sending_).subspan(sent_, std::min(left, piece_max_bytes));
}

task<> transport::flush() {
  while (sendable_bytes() > 0) {
    const std::span<const std::byte> piece = next_piece();
    std::exception_ptr error;
    try {
      if (plain_ != nullptr) {
        co_await plain_->write_all(piece);
      } else {
        co_await stream_->write_all(piece);
      }
    } catch (const std::system_error&) {
      error = std::current_exception();
    }
    if (error) {
      break_off(error);
      co_return;
    }
    sent_ += piece.size();
    resume_if_drained();
  }
  sending_ = {};
  unsent_ = {};
  sent_ = 0;
  if (eof_asked_ && !std::exchange(end_said_, true)) co_await say_end();
  flushing_ = false;
  flushed_.set();
}

void transport::write_eof() {
  if (is_closing() || std::exchange(eof_asked_, true)) return;
  PIRN_ASSERT(!is_replacing_, "a stream that is being replaced is not ended");
  start_flush();
}

task<> transport::say_end() {
  std::exception_ptr error;
  try {
    co_await stream_->shut_down_writing();
  } catch (const std::system_error&) {
    error = std::current_exception();
  }
  if (error && !is_farewell_) break_off(error);
}

void transport::set_write_buffer_limits(write_buffer_limits limits) {
  limits = limits.completed();
  high_bytes_ = *limits.high_bytes;
  low_bytes_ = *limits.low_bytes;
  if (!is_closing()) start_pause_if_above();
}

std::size_t transport::write_buffer_size() const noexcept {
  return state_ == state::broken || state_ == state::lost ? 0 : unsent_bytes();
}

// ---- reading ----

task<> transport::receive() {
  for (;;) {
    while (reading_paused_) co_await reading_resumed_.wait();
    lease chunk;
    std::exception_ptr error;
    try {
      if (plain_ != nullptr) {
        lease arrived = co_await plain_->read();
        chunk = std::move(arrived);
      } else {
        lease arrived = co_await stream_->read();
        chunk = std::move(arrived);
      }
    } catch (const std::system_error&) {
      error = std::current_exception();
    }
    if (error) {
      break_off(error);
      co_return;
    }
    undelivered_bytes_ = chunk.size();
    while (reading_paused_) co_await reading_resumed_.wait();
    if (chunk.empty()) break;
    while (undelivered_bytes_ > 0 && !is_replacing_) {
      std::size_t taken = 0;
      const std::span<const std::byte> rest = chunk.bytes().last(undelivered_bytes_);
      call([&](base_protocol& told) { taken = told.take(rest); });
      if (is_closing()) co_return;
      undelivered_bytes_ -= taken;
      while (reading_paused_) co_await reading_resumed_.wait();
    }
    if (is_replacing_) co_return;
  }
  bool stay_open = false;
  call([&](base_protocol& told) { stay_open = told.eof_received(); });
  if (!stay_open) close();
  event never;
  if (!is_closing()) co_await never.wait();  // close() ends it
}

void transport::pause_reading() noexcept {
  reading_paused_ = true;
  reading_resumed_.clear();
}

void transport::resume_reading() noexcept {
  reading_paused_ = false;
  reading_resumed_.set();
}

// ---- another stream ----

void transport::replace_stream(stream_wrapper wrap) {
  PIRN_ASSERT(!is_replacing_, "one stream after the other");
  PIRN_ASSERT(!eof_asked_, "a stream that was ended is not replaced");
  if (is_closing()) return;
  replacement_ = std::move(wrap);
  is_replacing_ = true;
  replaced_.clear();
  if (reading_ != nullptr) reading_->cancel();
}

task<> transport::replace() {
  while (flushing_) co_await flushed_.wait();
  stream_wrapper wrap = std::move(replacement_);
  std::exception_ptr error;
  try {
    if (undelivered_bytes_ > 0) throw failure("replace the stream of", name(), EPROTO);
    io::any_stream former = *std::move(stream_);
    stream_.reset();
    plain_ = nullptr;
    io::any_stream next = co_await wrap(std::move(former));
    have(std::move(next));
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    break_off(error);
    co_return;
  }
  is_replacing_ = false;
  unsent_.swap(held_);
  if (!unsent_.empty()) start_flush();
  replaced_.set();
}

// ---- what is known of it ----

endpoint transport::local() const {
  const socket* below = carrier();
  return below != nullptr ? below->local() : endpoint{};
}

endpoint transport::peer() const {
  const socket* below = carrier();
  return below != nullptr ? below->peer() : endpoint{};
}

int transport::native_handle() const noexcept {
  const socket* below = carrier();
  return below != nullptr ? below->native_handle() : -1;
}

// ---- its end ----

void transport::close() noexcept {
  if (is_closing()) return;
  state_ = state::closing;
  if (reading_ != nullptr) reading_->cancel();
}

// Closing a socket tells the peer of the end; any other stream has to say it.
void transport::start_farewell() {
  if (state_ != state::closing || plain_ != nullptr || !stream_ || eof_asked_) return;
  eof_asked_ = is_farewell_ = true;
  start_flush();
}

void transport::abort() noexcept {
  if (state_ == state::broken || state_ == state::lost) return;
  if (socket* below = carrier()) below->reset_on_close();
  break_off(nullptr);
}

void transport::break_off(std::exception_ptr error) noexcept {
  if (state_ == state::broken || state_ == state::lost) return;
  state_ = state::broken;
  failure_ = std::move(error);
  flow_->cancel();
}

void transport::set_protocol(std::shared_ptr<base_protocol> next) {
  PIRN_ASSERT(next != nullptr, "a connection has a protocol");
  if (state_ == state::lost) return;
  former_.push_back(std::exchange(protocol_, std::move(next)));
}

}  // namespace pirn::net
