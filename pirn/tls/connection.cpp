#include "pirn/tls/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/heap_lease.hpp"
#include "pirn/net/error.hpp"

namespace pirn::tls::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t buffer_min = 1024;
constexpr std::size_t buffer_max = 64 * 1024;
constexpr std::size_t piece_max = 64 * 1024;
constexpr std::size_t record_max = 16 * 1024;  // TLS's own limit
// What a connection that waits may keep of its buffers.
constexpr std::size_t kept_max = 4 * 1024;
// A peer may ask for answers without end; beyond this the reader waits until they are sent.
constexpr std::size_t answers_max = 16 * 1024;
// For an alert, after which nobody waits for more.
constexpr duration alert_limit = 1s;

void shrink(std::string& text) {
  if (text.empty() && text.capacity() > kept_max) text = std::string();
}

}  // namespace

connection::connection(io::any_stream transport, std::string host, context how, ssl_ptr fresh)
    : context_(std::move(how)),
      transport_(std::move(transport)),
      plain_(transport_.as<net::tcp_stream>()),
      name_(host.empty() ? transport_.name() : host + " (" + transport_.name() + ")"),
      engine_(std::move(fresh), std::move(host)) {}

task<> connection::shake_hands() {
  for (;;) {
    const progress how = engine_.shake_hands();
    if (how == progress::failed) {
      co_await tell_the_peer();
      fail("TLS handshake with");
    }
    if (how == progress::done && engine_.has_only_tickets()) co_return;
    co_await flush();
    if (how == progress::done) co_return;
    co_await need_input("TLS handshake with");
  }
}

// A reader sends nothing, if it can help it: a key update is answered before what is written next.
// So it never waits for a peer that does not read, and may be cancelled.
task<lease> connection::read() {
  for (;;) {
    if (readable_.empty() && engine_.readable_bytes() > 0) {
      const progress how = decrypt();
      if (how == progress::ended) co_return lease();
      if (how == progress::failed) {
        co_await tell_the_peer();
        fail("read from");
      }
      if (engine_.output().size() > answers_max) co_await flush();
    }
    if (!readable_.empty()) co_return std::exchange(readable_, lease());
    co_await need_input("read from");
  }
}

task<> connection::write(std::span<const std::byte> bytes) {
  if (has_ended_) throw net::failure("write to", name_, EPIPE);
  while (!bytes.empty()) {
    const bool must_read = encrypt(bytes);
    if (must_read) co_await need_input("write to");
    if (engine_.output().size() >= piece_max) co_await flush();
  }
  co_await flush();
}

// What fits into one record goes as one: each costs as much as some hundred bytes in it.
task<> connection::write_parts(std::span<const slice> parts) {
  if (has_ended_) throw net::failure("write to", name_, EPIPE);
  std::size_t size_bytes = 0;
  for (const slice& each : parts) size_bytes += each.size;
  if (size_bytes <= record_max) {
    joined_.clear();
    for (const slice& each : parts) {
      joined_.append(reinterpret_cast<const char*>(each.data), each.size);
    }
    co_await write(std::as_bytes(std::span(joined_)));
    joined_.clear();
    shrink(joined_);
    co_return;
  }
  for (const slice& each : parts) {
    std::span<const std::byte> rest(each.data, each.size);
    while (!rest.empty()) {
      const bool must_read = encrypt(rest);
      if (must_read) co_await need_input("write to");
      if (engine_.output().size() >= piece_max) co_await flush();
    }
  }
  co_await flush();
}

// Encrypts some of the bytes, and drops them.
// Returns: whether what the peer has begun comes first.
bool connection::encrypt(std::span<const std::byte>& bytes) {
  std::span<const std::byte> piece = bytes.first(std::min(bytes.size(), piece_max));
  const std::size_t size_bytes = piece.size();
  const progress how = engine_.write(piece);
  bytes = bytes.subspan(size_bytes - piece.size());
  if (how == progress::failed) fail("write to");
  return how == progress::wants_input;
}

task<> connection::end() {
  if (std::exchange(has_ended_, true)) co_return;
  for (;;) {
    const progress how = engine_.end();
    if (how == progress::failed) fail("shut down");
    if (how != progress::wants_input) break;
    co_await need_input("shut down");
  }
  co_await flush();
}

// Only a socket says what it takes at once. A record that it took in part is of no use.
bool connection::try_end() noexcept {
  if (has_ended_) return true;
  if (plain_ == nullptr || !plain_->is_open() || sending_.locked()) return false;
  has_ended_ = true;
  if (engine_.end() != progress::done) return false;
  const std::string& last = engine_.output();
  const std::ptrdiff_t sent = plain_->raw().send_at_once(std::as_bytes(std::span(last)));
  return sent == static_cast<std::ptrdiff_t>(last.size());
}

// The buffer is about as large as what there is, and gone while we wait.
progress connection::decrypt() {
  io::heap_buffer buffer(std::clamp(engine_.readable_bytes(), buffer_min, buffer_max));
  const auto [how, count_bytes] = engine_.read(buffer.bytes());
  if (count_bytes > 0) readable_ = buffer.lend(count_bytes);
  if (engine_.wants_more_input()) input_ = lease();
  return how;
}

// Takes the next bytes from below, or waits until another task has.
task<> connection::need_input(const char* operation) {
  if (is_receiving_) {
    has_received_.clear();
    co_await has_received_.wait();
    co_return;
  }
  is_receiving_ = true;
  const scope_exit received([this] {
    is_receiving_ = false;
    has_received_.set();
  });
  lease chunk;
  if (plain_ != nullptr) {
    lease arrived = co_await plain_->read();
    chunk = std::move(arrived);
  } else {
    lease arrived = co_await transport_.read();
    chunk = std::move(arrived);
  }
  if (chunk.empty()) {
    throw error(errc::truncated, std::string(operation) + " " + name_ + ": " +
                                     make_error_code(errc::truncated).message());
  }
  input_ = std::move(chunk);
  engine_.feed(input_.bytes());
}

// One after the other, in the order in which it was made.
task<> connection::flush() {
  if (engine_.output().empty() && !sending_.locked()) co_return;
  auto lock = co_await sending_.scoped_lock();
  while (!engine_.output().empty()) {
    going_out_.clear();
    going_out_.swap(engine_.output());
    if (plain_ != nullptr) {
      co_await plain_->write_all(going_out_);
    } else {
      co_await transport_.write_all(going_out_);
    }
  }
  going_out_.clear();
  shrink(going_out_);
  shrink(engine_.output());
}

// Why we give it up, if it still listens; our own error is the one that counts. Who is sending now
// sends that, too.
task<> connection::tell_the_peer() {
  if (sending_.locked()) co_return;
  try {
    co_await move_on_after(alert_limit, flush());
  } catch (const std::system_error&) {
  }
}

void connection::fail(const char* operation) const {
  const failure_reason& reason = engine_.failure();
  throw error(reason.code, std::string(operation) + " " + name_ + ": " + reason.words);
}

}  // namespace pirn::tls::detail
