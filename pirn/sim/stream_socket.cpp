#include "pirn/sim/stream_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/host.hpp"
#include "pirn/sim/network.hpp"

namespace pirn::sim {

namespace {

// A leased receive gathers small packets into one buffer, as a kernel does; a packet of so many
// bytes is lent as it is.
constexpr std::size_t lent_whole_bytes = 2048;

// A listener on [::] shows the IPv4 addresses of its connections as IPv6.
endpoint shown_by_server(const endpoint& at, bool as_ipv6) noexcept {
  return as_ipv6 ? with_mapping(at) : without_mapping(at);
}

}  // namespace

stream_socket::stream_socket(connection& whole, const place& at, std::uint64_t number) noexcept
    : whole_(whole), at_(at), number_(number), sender_(whole.net, *this) {}

request_ledger& stream_socket::ledger() const noexcept {
  return at_.home->ledger();
}

endpoint stream_socket::local() const noexcept {
  if (is_client()) return whole_.ends_at.client;
  return shown_by_server(whole_.ends_at.server, whole_.server_shows_ipv6);
}

endpoint stream_socket::peer() const noexcept {
  if (is_client()) return whole_.ends_at.server;
  return shown_by_server(whole_.ends_at.client, whole_.server_shows_ipv6);
}

void stream_socket::open(const buffer_sizes& mine, const buffer_sizes& others) noexcept {
  sender_.open({.buffer_bytes = mine.send_bytes, .window_bytes = others.receive_bytes});
  announce_at_bytes_ = std::clamp(mine.receive_bytes / 2, 1U, packet_max_bytes);
  phase_ = phase::open;
}

int stream_socket::shut_down_sending() noexcept {
  if (sending_ended_) return 0;
  if (phase_ != phase::open) return -ENOTCONN;
  sender_.finish();
  sending_ended_ = true;
  return 0;
}

void stream_socket::release() noexcept {
  PIRN_ASSERT(receiving_ == nullptr && !sender_.is_sending(),
              "a socket is closed after its requests have ended");
  held_ = false;
  const bool abrupt = reset_on_close_ || !unread_.empty();
  drop_unread();
  if (phase_ == phase::open) abrupt ? break_off() : sender_.finish();
  net().settle(whole_);
}

// Drops what is unsent and tells the peer.
void stream_socket::break_off() {
  sender_.stop();
  phase_ = phase::broken;
  net().transmit(net().packets().take(decision::reset, 0), other_end());
}

started stream_socket::start(send_operation& request) {
  PIRN_ASSERT(!sender_.is_sending(), "one send at a time on a socket");
  request.sent_bytes = 0;
  if (error_ != 0 || phase_ != phase::open || sender_.is_finished()) {
    request.result = -take_error(EPIPE);
    return started::done;
  }
  return sender_.start(request);
}

started stream_socket::start(receive_operation& request) {
  PIRN_ASSERT(receiving_ == nullptr, "one receive at a time on a socket");
  if (!unread_.empty()) {
    request.result = take(request.into);
    return started::done;
  }
  if (cannot_receive(request)) return started::done;
  receiving_ = &request;
  ledger().take(request, request_kind::receive);
  return started::pending;
}

started stream_socket::start(receive_leased_operation& request) {
  PIRN_ASSERT(receiving_ == nullptr, "one receive at a time on a socket");
  if (!unread_.empty()) {
    request.result = lend(request.chunk);
    return started::done;
  }
  if (cannot_receive(request)) return started::done;
  receiving_ = &request;
  ledger().take(request, request_kind::receive_leased);
  return started::pending;
}

// With nothing unread: the end, then an error once, then the end again; or more may come.
bool stream_socket::cannot_receive(operation& request) noexcept {
  if (end_arrived_ || phase_ == phase::broken) {
    request.result = end_arrived_ ? 0 : -take_error(0);
    return true;
  }
  return false;
}

int stream_socket::take_error(int otherwise) noexcept {
  const int error = std::exchange(error_, 0);
  return error != 0 ? error : otherwise;
}

void stream_socket::complete_receive() noexcept {
  operation& request = *std::exchange(receiving_, nullptr);
  int result = 0;
  if (!unread_.empty()) {
    result = request_ledger::kind_of(request) == request_kind::receive
                 ? take(static_cast<receive_operation&>(request).into)
                 : lend(static_cast<receive_leased_operation&>(request).chunk);
  } else if (!end_arrived_) {
    result = -take_error(0);
  }
  ledger().complete(request, result);
}

int stream_socket::take(std::span<std::byte> into) noexcept {
  if (into.empty()) return static_cast<int>(unread_.front().unread().size());
  std::size_t taken = 0;
  while (taken < into.size() && !unread_.empty()) {
    packet& first = unread_.front();
    const std::span<const std::byte> rest = first.unread();
    const std::size_t count = std::min(rest.size(), into.size() - taken);
    std::copy_n(rest.begin(), count, into.begin() + static_cast<std::ptrdiff_t>(taken));
    taken += count;
    first.used += static_cast<std::uint32_t>(count);
    if (count == rest.size()) net().packets().put(unread_.pop_front());
  }
  consumed(taken);
  return static_cast<int>(taken);
}

int stream_socket::lend(lease& chunk) {
  packet& first = unread_.front();
  packet* lent = &first;
  if (first.unread().size() >= lent_whole_bytes || unread_.next(first) == nullptr) {
    unread_.remove(first);
    consumed(first.unread().size());
  } else {
    lent = &net().packets().take(decision::data, packet_max_bytes);
    lent->size = static_cast<std::uint32_t>(take({lent->bytes(), packet_max_bytes}));
  }
  const auto count = static_cast<int>(lent->unread().size());
  chunk = net().packets().lend(*lent);
  return count;
}

// Small steps are not worth telling: the peer hears of them together (RFC 9293, 3.8.6.2.2).
void stream_socket::consumed(std::size_t count) {
  unannounced_bytes_ += static_cast<std::uint32_t>(count);
  if (unannounced_bytes_ >= announce_at_bytes_) announce();
}

void stream_socket::announce() {
  if (unannounced_bytes_ == 0) return;
  net().tell(other_end(), {.window_bytes = std::exchange(unannounced_bytes_, 0)});
}

void stream_socket::data_arrived(packet& bytes) {
  if (phase_ != phase::open || !held_) {
    net().packets().put(bytes);
    if (phase_ == phase::open) break_off();  // nobody will ever read it
    return;
  }
  net().tell(other_end(), {.acknowledged_bytes = bytes.size});
  unread_.push_back(bytes);
  if (receiving_ != nullptr) complete_receive();
}

void stream_socket::end_arrived() noexcept {
  if (phase_ != phase::open) return;
  end_arrived_ = true;
  if (receiving_ != nullptr) complete_receive();
}

void stream_socket::reset_arrived() noexcept {
  if (phase_ != phase::broken) fail(end_arrived_ ? EPIPE : ECONNRESET);
}

void stream_socket::give_up() noexcept {
  if (phase_ != phase::broken) fail(ETIMEDOUT);
}

// What waits for a request on it is withdrawn by the tasks that end with the host.
void stream_socket::vanish() noexcept {
  phase_ = phase::broken;
  vanished_ = true;
  error_ = 0;
  sender_.stop();
  drop_unread();
}

void stream_socket::fail(int error) noexcept {
  phase_ = phase::broken;
  error_ = error;
  send_operation* sending = sender_.stop();
  if (receiving_ != nullptr) complete_receive();
  if (sending != nullptr) ledger().complete(*sending, -take_error(EPIPE));
}

void stream_socket::drop_unread() noexcept {
  while (!unread_.empty()) net().packets().put(unread_.pop_front());
}

}  // namespace pirn::sim
