#include "pirn/sim/datagram_exchange.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::sim {

namespace {

bool is_any(const endpoint& at) noexcept {
  return at.ip() == std::array<std::uint8_t, 16>{};
}

}  // namespace

bool is_multicast(const endpoint& at) noexcept {
  if (at.kind() == endpoint::family::ipv4) return (at.ip()[0] & 0xf0) == 0xe0;
  return at.kind() == endpoint::family::ipv6 && at.ip()[0] == 0xff;
}

bool is_broadcast(const endpoint& at) noexcept {
  return at.kind() == endpoint::family::ipv4 &&
         std::all_of(at.ip().begin(), at.ip().begin() + 4, [](auto byte) { return byte == 0xff; });
}

endpoint loopback_of(const endpoint& like) noexcept {
  if (like.kind() == endpoint::family::ipv4) return endpoint::ipv4({127, 0, 0, 1}, like.port());
  std::array<std::uint8_t, 16> ip{};
  ip.back() = 1;
  return endpoint::ipv6(ip, like.port());
}

datagram_exchange::datagram_exchange(event_queue& events, decision_log& decisions,
                                     request_ledger& ledger, link& way, const random_source& random)
    : events_(events),
      decisions_(decisions),
      ledger_(ledger),
      way_(way),
      random_(random.split("datagrams")) {}

datagram_exchange::~datagram_exchange() {
  PIRN_ASSERT(sockets_.empty(), "a socket may not outlive its driver");
  while (!under_way_.empty()) {
    datagram& dropped = under_way_.pop_front();
    events_.remove(dropped);
    put(dropped);
  }
  while (!free_.empty()) std::unique_ptr<datagram> dead(&free_.pop_front());
}

std::expected<socket_ptr, std::error_code> datagram_exchange::open(
    const endpoint& local, const datagram_options& options) {
  if (local.kind() != endpoint::family::ipv4 && local.kind() != endpoint::family::ipv6) {
    return std::unexpected(std::make_error_code(std::errc::address_family_not_supported));
  }
  auto made = std::make_unique<datagram_socket>(*this, options, next_number_++);
  const auto bound = ports_.bind(
      *made, local,
      {.reuse_port = options.reuse_port || options.reuse_address, .only_ipv6 = options.only_ipv6});
  if (!bound) return std::unexpected(std::make_error_code(bound.error()));
  made->set_local(*bound);
  sockets_.push_back(*made);
  return socket_ptr(made.release());
}

void datagram_exchange::forget(datagram_socket& closed) noexcept {
  ports_.unbind(closed, closed.local());
  sockets_.remove(closed);
  std::unique_ptr<datagram_socket> last(&closed);
}

datagram& datagram_exchange::take() {
  if (free_.empty()) return *std::make_unique<datagram>(*this).release();
  return free_.pop_front();
}

void datagram_exchange::put(datagram& used) noexcept {
  free_.push_front(used);
}

void datagram_exchange::put_on_the_way(datagram& sent, link::direction way) {
  const auto size = static_cast<std::uint32_t>(sent.bytes.size());
  under_way_.push_back(sent);
  events_.add(sent, way_.carry(way, events_.now(), size, random_));
}

// One that is bound to no address sends from the one that its receiver knows.
void datagram_exchange::send(const datagram_socket& from, const endpoint& to,
                             std::span<const std::byte> bytes) {
  datagram& sent = take();
  sent.to = to;
  sent.from = from.local();
  if (is_any(sent.from)) {
    const bool many = is_multicast(to) || is_broadcast(to);
    sent.from = (many ? loopback_of(to) : to).with_port(sent.from.port());
  }
  sent.loops_back = from.hears_its_own();
  sent.is_refusal = false;
  sent.bytes.assign(bytes.begin(), bytes.end());
  put_on_the_way(sent, link::direction::forth);
}

void datagram_exchange::arrived(datagram& there) noexcept {
  under_way_.remove(there);
  decisions_.note(events_.now(), decision::datagram, there.to.port(), there.bytes.size());
  if (is_multicast(there.to) || is_broadcast(there.to)) {
    deliver_to_many(there);
  } else {
    deliver_to_one(there);
  }
}

void datagram_exchange::deliver_to_many(datagram& there) {
  const bool to_group = is_multicast(there.to);
  for (datagram_socket* each = sockets_.first(); each != nullptr; each = sockets_.next(*each)) {
    if (each->local().port() != there.to.port() || each->local().kind() != there.to.kind())
      continue;
    if (to_group && !(there.loops_back && each->is_member(there.to))) continue;
    datagram& copy = take();
    copy.from = there.from;
    copy.to = there.to;
    copy.bytes = there.bytes;
    each->arrived(copy);
  }
  put(there);
}

void datagram_exchange::deliver_to_one(datagram& there) {
  auto* receiver = static_cast<datagram_socket*>(ports_.find(there.to));
  if (there.is_refusal) {
    if (receiver != nullptr) receiver->refused(there.from);
    put(there);
    return;
  }
  if (receiver != nullptr) {
    receiver->arrived(there);
    return;
  }
  std::swap(there.from, there.to);
  there.is_refusal = true;
  there.bytes.clear();
  put_on_the_way(there, link::direction::back);
}

}  // namespace pirn::sim
