#include "pirn/sim/datagram_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/sim/datagram_exchange.hpp"
#include "pirn/sim/host.hpp"
#include "pirn/sim/special_address.hpp"

namespace pirn::sim {

namespace {

constexpr std::size_t payload_max_bytes = 65'507;  // of UDP over IPv4

}  // namespace

datagram_socket::datagram_socket(datagram_exchange& home, const datagram_options& options,
                                 std::uint64_t number) noexcept
    : home_(home),
      room_bytes_(options.receive_buffer_bytes > 0
                      ? static_cast<std::size_t>(options.receive_buffer_bytes)
                      : queue_max_bytes),
      broadcasts_(options.broadcast),
      number_(number) {}

int datagram_socket::connect(const endpoint& remote) noexcept {
  if (remote.kind() != local_.kind()) return -EAFNOSUPPORT;
  peer_ = remote;
  if (!is_wildcard(local_)) return 0;
  const endpoint mine = home_.home().address_towards(remote);
  if (mine.kind() == endpoint::family::none) return -ENETUNREACH;
  local_ = mine.with_port(local_.port());
  return 0;
}

int datagram_socket::set(datagram_setting what, int value) noexcept {
  switch (what) {
    case datagram_setting::multicast_loop:
      loops_back_ = value != 0;
      return 0;
    case datagram_setting::multicast_hops:
    case datagram_setting::multicast_interface:
      return 0;  // all hosts are on one network
    case datagram_setting::coalescing:
      return -ENOPROTOOPT;
  }
  return -EINVAL;
}

int datagram_socket::change(membership how, const endpoint& group, unsigned) noexcept {
  if (!is_multicast(group)) return -EINVAL;
  const endpoint plain = group.with_port(0);
  const auto known = std::ranges::find(groups_, plain);
  if (how == membership::join) {
    if (known != groups_.end()) return -EADDRINUSE;
    groups_.push_back(plain);
    return 0;
  }
  if (known == groups_.end()) return -EADDRNOTAVAIL;
  groups_.erase(known);
  return 0;
}

bool datagram_socket::is_member(const endpoint& group) const noexcept {
  return std::ranges::find(groups_, group.with_port(0)) != groups_.end();
}

void datagram_socket::release() noexcept {
  PIRN_ASSERT(receiving_ == nullptr, "a datagram socket is closed with a request outstanding");
  vanish();
  home_.forget(*this);
}

void datagram_socket::vanish() noexcept {
  while (!queue_.empty()) home_.put(queue_.pop_front());
  queued_bytes_ = 0;
}

started datagram_socket::start(send_datagrams_operation& request) {
  request.sent = 0;
  request.result = std::exchange(error_, 0);
  while (request.result == 0 && request.sent < request.datagrams.size()) {
    request.result = send(request.datagrams[request.sent]);
    if (request.result == 0) ++request.sent;
  }
  return started::done;
}

int datagram_socket::send(const outgoing_datagram& one) {
  const endpoint& to = one.to != nullptr ? *one.to : peer_;
  if (to.kind() == endpoint::family::none) return -EDESTADDRREQ;
  if (to.kind() != local_.kind()) return -EAFNOSUPPORT;
  if (to.port() == 0) return -EINVAL;
  if (one.bytes.size() > payload_max_bytes) return -EMSGSIZE;
  if (is_broadcast(to) && !broadcasts_) return -EACCES;
  return home_.send(*this, is_wildcard(to) ? loopback_of(to) : to, one.bytes);
}

started datagram_socket::start(receive_datagrams_operation& request) {
  PIRN_ASSERT(receiving_ == nullptr, "one receive at a time on a datagram socket");
  if (error_ != 0 || !queue_.empty()) {
    request.result = error_ != 0 ? std::exchange(error_, 0) : take(request.into);
    return started::done;
  }
  home_.ledger().take(request, request_kind::receive_datagrams);
  receiving_ = &request;
  return started::pending;
}

int datagram_socket::take(std::span<incoming_datagram> into) noexcept {
  int count = 0;
  for (incoming_datagram& each : into) {
    if (queue_.empty()) break;
    datagram& first = queue_.pop_front();
    queued_bytes_ -= first.bytes.size() + overhead_bytes;
    const std::size_t fits = std::min(first.bytes.size(), each.bytes.size());
    std::copy_n(first.bytes.begin(), fits, each.bytes.begin());
    each.is_truncated = fits < first.bytes.size();
    each.bytes = each.bytes.first(fits);
    each.peer = first.from;
    each.segment_bytes = 0;
    home_.put(first);
    ++count;
  }
  return count;
}

void datagram_socket::arrived(datagram& there) noexcept {
  const std::size_t size = there.bytes.size() + overhead_bytes;
  const bool is_for_me = peer_.kind() == endpoint::family::none || there.from == peer_;
  if (!is_for_me || queued_bytes_ + size > room_bytes_) return home_.put(there);
  queue_.push_back(there);
  queued_bytes_ += size;
  if (receiving_ == nullptr) return;
  receive_datagrams_operation& request = *std::exchange(receiving_, nullptr);
  home_.ledger().complete(request, take(request.into));
}

void datagram_socket::refused(const endpoint& by) noexcept {
  if (by != peer_) return;
  if (receiving_ != nullptr) {
    home_.ledger().complete(*std::exchange(receiving_, nullptr), -ECONNREFUSED);
  } else {
    error_ = -ECONNREFUSED;
  }
}

}  // namespace pirn::sim
