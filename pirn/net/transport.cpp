#include "pirn/net/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "pirn/net/error.hpp"

namespace pirn::net {

namespace {

// What is sent with one request, so that the protocol hears soon of a buffer that has drained.
constexpr std::size_t piece_max_bytes = 64 * 1024;

}  // namespace

// ---- writing ----

bool transport::write(std::span<const std::byte> bytes) {
  if (eof_asked_) throw std::logic_error("write() after write_eof()");
  if (is_closing()) return false;
  if (!flushing_ && !bytes.empty()) {
    const std::ptrdiff_t sent = stream_.raw().send_at_once(bytes);
    if (sent == static_cast<std::ptrdiff_t>(bytes.size())) return true;
    if (sent < 0 && sent != -EAGAIN) {
      break_off(
          std::make_exception_ptr(failure("write to", peer().to_string(), static_cast<int>(sent))));
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
  unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
  start_pause_if_above();
  if (flushing_) return;
  flow_->start(flush());
  flushing_ = true;
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
  while (unsent_bytes() > 0) {
    const std::span<const std::byte> piece = next_piece();
    std::exception_ptr error;
    try {
      co_await stream_.write_all(piece);
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
  flushing_ = false;
  sending_ = {};
  unsent_ = {};
  sent_ = 0;
  if (eof_asked_) shut_down();
}

void transport::write_eof() {
  if (is_closing() || std::exchange(eof_asked_, true)) return;
  if (!flushing_) shut_down();
}

void transport::shut_down() {
  const int error = stream_.raw().shut_down_sending();
  if (error < 0) {
    break_off(std::make_exception_ptr(failure("shut down", peer().to_string(), error)));
  }
}

void transport::set_write_buffer_limits(write_buffer_limits limits) {
  std::size_t high = 64 * 1024;
  if (limits.high_bytes) {
    high = *limits.high_bytes;
  } else if (limits.low_bytes) {
    high = 4 * *limits.low_bytes;
  }
  const std::size_t low = limits.low_bytes.value_or(high / 4);
  if (high < low) throw std::invalid_argument("the high limit of a write buffer is below the low");
  high_bytes_ = high;
  low_bytes_ = low;
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
      lease arrived = co_await stream_.read();
      chunk = std::move(arrived);
    } catch (const std::system_error&) {
      error = std::current_exception();
    }
    if (error) {
      break_off(error);
      co_return;
    }
    while (reading_paused_) co_await reading_resumed_.wait();
    if (chunk.empty()) break;
    std::span<const std::byte> rest = chunk;
    while (!rest.empty()) {
      std::size_t taken = 0;
      call([&](base_protocol& told) { taken = told.take(rest); });
      if (is_closing()) co_return;
      rest = rest.subspan(taken);
      while (reading_paused_) co_await reading_resumed_.wait();
    }
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

// ---- its end ----

void transport::close() noexcept {
  if (is_closing()) return;
  state_ = state::closing;
  reading_->cancel();
}

void transport::abort() noexcept {
  if (state_ == state::broken || state_ == state::lost) return;
  stream_.reset_on_close();
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
