#include "pirn/sim/datagram_exchange.hpp"

#include <cerrno>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/sim/host.hpp"
#include "pirn/sim/network.hpp"
#include "pirn/sim/special_address.hpp"

namespace pirn::sim {

datagram_exchange::datagram_exchange(host& home, const random_source& random)
    : home_(home), random_(random.split("datagrams")) {}

datagram_exchange::~datagram_exchange() {
  PIRN_ASSERT(sockets_.empty(), "a socket may not outlive its driver");
  while (!under_way_.empty()) {
    datagram& dropped = under_way_.pop_front();
    if (dropped.is_armed()) home_.net().events().remove(dropped);
    put(dropped);
  }
}

request_ledger& datagram_exchange::ledger() noexcept {
  return home_.ledger();
}

std::expected<socket_ptr, std::error_code> datagram_exchange::open(
    const endpoint& local, const datagram_options& options) {
  if (local.kind() != endpoint::family::ipv4 && local.kind() != endpoint::family::ipv6) {
    return std::unexpected(std::make_error_code(std::errc::address_family_not_supported));
  }
  if (const std::errc problem = home_.cannot_bind(local); problem != std::errc{}) {
    return std::unexpected(std::make_error_code(problem));
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

void datagram_exchange::put(datagram& used) noexcept {
  home_.net().datagrams().put(used);
}

// One that is bound to no address sends from the one that its receiver knows.
int datagram_exchange::send(const datagram_socket& from, const endpoint& to,
                            std::span<const std::byte> bytes) {
  if (!home_.is_up()) return -ENETDOWN;
  const bool many = is_multicast(to) || is_broadcast(to);
  endpoint source = from.local();
  if (is_wildcard(source)) {
    const endpoint mine = home_.address_towards(to);
    if (mine.kind() == endpoint::family::none) return -ENETUNREACH;
    source = mine.with_port(source.port());
  }
  const auto send_to = [&](host& receiver) {
    datagram& sent = home_.net().datagrams().take();
    sent.to = to;
    sent.from = source;
    sent.of = this;
    sent.loops_back = from.hears_its_own();
    sent.is_refusal = false;
    sent.bytes.assign(bytes.begin(), bytes.end());
    post(sent, receiver);
  };
  if (many) {
    for (host* each : home_.net().hosts()) {
      if (each != nullptr) send_to(*each);
    }
  } else if (host* receiver = home_.find(to)) {
    send_to(*receiver);
  }
  return 0;
}

// Sends it from this host to another, or, as a refusal, back.
void datagram_exchange::post(datagram& sent, host& to) {
  sent.at = &to.datagrams();
  sent.on = &home_.line_to(to, sent.is_refusal);
  sent.since = home_.net().events().now();
  line& way = *sent.on;
  if (way.loses_all() || way.loses(random_)) return put(sent);
  if (way.doubles(random_)) {
    datagram& twin = home_.net().datagrams().take();
    twin.to = sent.to;
    twin.from = sent.from;
    twin.at = sent.at;
    twin.of = sent.of;
    twin.on = sent.on;
    twin.since = sent.since;
    twin.loops_back = sent.loops_back;
    twin.is_refusal = sent.is_refusal;
    twin.bytes = sent.bytes;
    sent.at->put_on_the_way(twin);
  }
  sent.at->put_on_the_way(sent);
}

void datagram_exchange::put_on_the_way(datagram& sent) {
  under_way_.push_back(sent);
  line& way = *sent.on;
  if (!way.is_open()) return;  // it waits: see resume()
  event_queue& events = home_.net().events();
  const auto size = static_cast<std::uint32_t>(sent.bytes.size());
  random_source& lots = sent.of->random_;
  time_point arrives = way.carry(events.now(), size, lots);
  if (way.holds_back(lots)) arrives = saturating_add(arrives, way.options().reordering_delay);
  events.add(sent, arrives);
}

void datagram_exchange::resume(const line& reopened) {
  intrusive_list<datagram> waited;
  for (datagram* each = under_way_.first(); each != nullptr;) {
    datagram& one = *each;
    each = under_way_.next(one);
    if (one.on != &reopened || one.is_armed()) continue;
    under_way_.remove(one);
    waited.push_back(one);
  }
  while (!waited.empty()) put_on_the_way(waited.pop_front());
}

void datagram_exchange::vanish() noexcept {
  for (datagram_socket* each = sockets_.first(); each != nullptr; each = sockets_.next(*each)) {
    each->vanish();
  }
}

void datagram_exchange::arrived(datagram& there) noexcept {
  if (!there.on->is_open()) [[unlikely]] {
    if (!there.on->loses_all()) return;  // at a clog it waits
    under_way_.remove(there);
    return put(there);
  }
  under_way_.remove(there);
  network& net = home_.net();
  net.decisions().note(net.events().now(), decision::datagram,
                       home_.number() << 16 | there.to.port(), there.bytes.size());
  if (traffic_watcher* watcher = net.watcher(); watcher != nullptr) [[unlikely]] {
    watcher->arrived({.sent = there.since,
                      .arrived = net.events().now(),
                      .what = decision::datagram,
                      .from = there.of->home().number(),
                      .to = home_.number(),
                      .stream = there.to.port(),
                      .size_bytes = static_cast<std::uint32_t>(there.bytes.size())});
  }
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
    if (to_group && !each->is_member(there.to)) continue;
    if (to_group && there.of == this && !there.loops_back) continue;
    datagram& copy = home_.net().datagrams().take();
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
  host& sender = there.of->home();
  there.of = this;
  post(there, sender);
}

}  // namespace pirn::sim
