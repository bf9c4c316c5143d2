#include "pirn/sim/network.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/sim/host.hpp"

namespace pirn::sim {

network::network(const surroundings& around, const network_options& options,
                 const random_source& random)
    : around_(around),
      options_(options),
      random_(random.split("network")),
      ways_(options.way),
      nowhere_(options.way) {
  PIRN_ASSERT(options.receive_window_bytes > 0 && options.send_buffer_bytes > 0,
              "buffers have room for something");
  nowhere_.block(line::obstacle::cut);
}

network::~network() {
  PIRN_ASSERT(connections_.empty() && std::ranges::count(hosts_, nullptr) == std::ssize(hosts_),
              "a network ends after its hosts");
}

network::statistics network::count() const noexcept {
  statistics counted = totals_;
  counted.packet_memories = packets_.out();
  counted.datagrams = datagrams_.out();
  return counted;
}

stream_socket::buffer_sizes network::sizes(const stream_options& wanted) const noexcept {
  const auto choose = [](int asked, std::uint32_t otherwise) {
    return asked > 0 ? static_cast<std::uint32_t>(asked) : otherwise;
  };
  return {.receive_bytes = choose(wanted.receive_buffer_bytes, options_.receive_window_bytes),
          .send_bytes = choose(wanted.send_buffer_bytes, options_.send_buffer_bytes)};
}

// ---- hosts ----

network::address network::key_of(const endpoint& at) noexcept {
  address key;
  key[0] = static_cast<std::uint8_t>(at.kind());
  std::ranges::copy(at.ip(), key.begin() + 1);
  return key;
}

std::size_t network::join(host& come) {
  for (const endpoint& each : come.addresses()) {
    const bool is_free = by_address_.try_emplace(key_of(each), &come).second;
    PIRN_ASSERT(is_free, "two hosts with one address");
  }
  hosts_.push_back(&come);
  return hosts_.size() - 1;
}

// What is still under way to or from it is gone.
void network::leave(host& going) noexcept {
  for (connection* each = connections_.first(); each != nullptr;) {
    connection& one = *each;
    each = connections_.next(one);
    if (one.client.home() != &going && one.server.home() != &going) continue;
    PIRN_ASSERT(!one.opening.is_under_way() && !one.client.is_held() && !one.server.is_held(),
                "a socket may not outlive its driver");
    destroy(one);
  }
  for (const endpoint& each : going.addresses()) by_address_.erase(key_of(each));
  hosts_[going.number()] = nullptr;
}

host* network::find(const endpoint& address) const noexcept {
  const auto known = by_address_.find(key_of(address));
  return known == by_address_.end() ? nullptr : known->second;
}

line& network::line_between(host& from, host& to) {
  if (line* known = ways_.find(from.number(), to.number())) return *known;
  line& made = ways_.make(from.number(), to.number());
  if (!to.is_up()) made.block(line::obstacle::host_down);
  if (!from.is_up()) ways_.make(to.number(), from.number()).block(line::obstacle::host_down);
  return made;
}

line* network::known_line(const host& from, const host& to) noexcept {
  return ways_.find(from.number(), to.number());
}

std::size_t network::ends_held_by(const host& one) const noexcept {
  std::size_t held = 0;
  for (const connection* each = connections_.first(); each != nullptr;
       each = connections_.next(*each)) {
    for (const stream_socket* end : {&each->client, &each->server}) {
      held += end->home() == &one && end->is_held();
    }
  }
  return held;
}

// ---- the life of a connection ----

connection& network::open(const connection::places& places, const connection::names& names) {
  connection& made =
      *std::make_unique<connection>(*this, places, names, next_connection_++).release();
  connections_.push_back(made);
  ++totals_.connections;
  return made;
}

void network::settle(connection& checked) noexcept {
  if (checked.is_over()) destroy(checked);
}

void network::destroy(connection& over) noexcept {
  while (!over.under_way.empty()) drop(over.under_way.front());
  over.client.sender().stop();
  over.server.sender().stop();
  if (over.ends_at.client.port() != 0) {
    over.client.home()->ports().give_back(over.ends_at.server, over.ends_at.client.port());
  }
  connections_.remove(over);
  --totals_.connections;
  std::unique_ptr<connection> last(&over);
}

void network::drop(packet& dropped) noexcept {
  dropped.to->whole().under_way.remove(dropped);
  if (dropped.is_armed()) events().remove(dropped);
  packets_.put(dropped);
}

// ---- packets ----

void network::transmit(packet& sent, stream_socket& to) {
  sent.to = &to;
  sent.since = events().now();
  to.whole().under_way.push_back(sent);
  ++totals_.packets_carried;
  totals_.bytes_carried += sent.size;
  if (to.incoming().is_open()) [[likely]] {
    put_on_line(sent, duration::zero());
  } else {
    wait_for_line(sent);
  }
}

bool network::transmit_once(packet& sent, stream_socket& to) {
  line& way = to.incoming();
  if (way.loses_all() || way.loses(random_)) return false;
  sent.to = &to;
  sent.since = events().now();
  to.whole().under_way.push_back(sent);
  ++totals_.packets_carried;
  if (!way.is_open()) return true;  // it waits for the clog to end
  to.not_before = std::max(way.carry(events().now(), 0, random_), to.not_before);
  events().add(sent, to.not_before);
  return true;
}

void network::put_on_line(packet& sent, duration later) {
  stream_socket& to = *sent.to;
  const time_point arrives = to.incoming().carry_surely(events().now(), sent.size, random_);
  to.not_before = std::max(saturating_add(arrives, later), to.not_before);
  events().add(sent, to.not_before);
}

void network::tell(stream_socket& to, const stream_sender::feedback& told) {
  line& way = to.incoming();
  if (way.is_open()) [[likely]] {
    to.sender().hear(way.arrival_of_feedback(events().now()), told);
  } else {
    to.sender().miss(told);
  }
}

void network::note_arrival(const packet& there) noexcept {
  const stream_socket& to = *there.to;
  decisions().note(events().now(), there.kind, to.number(), there.size);
  if (watcher_ == nullptr || there.kind == decision::syn_retry) [[likely]]
    return;
  const host* from = to.other_end().home();
  if (from == nullptr || to.home() == nullptr) return;  // nobody has the address
  watcher_->arrived({.sent = there.since,
                     .arrived = events().now(),
                     .what = there.kind,
                     .from = from->number(),
                     .to = to.home()->number(),
                     .stream = to.number() / 2,
                     .size_bytes = there.size});
}

void network::arrived(packet& there) noexcept {
  stream_socket& to = *there.to;
  connection& on = to.whole();
  if (!to.incoming().is_open() && there.kind != decision::syn_retry) [[unlikely]] {
    return stopped_short(there);
  }
  on.under_way.remove(there);
  note_arrival(there);
  if (to.has_vanished() && there.kind != decision::syn) [[unlikely]] {
    answer_for_vanished(there);
    return settle(on);
  }
  switch (there.kind) {
    case decision::syn:
      on.opening.syn_arrived(there);
      break;
    case decision::syn_retry:
      on.opening.ask_again(there);
      break;
    case decision::syn_ack:
      on.opening.syn_ack_arrived(there);
      break;
    case decision::refused:
      on.opening.refusal_arrived(there);
      break;
    case decision::ack:
      on.opening.ack_arrived(there);
      break;
    case decision::data:
      to.data_arrived(there);
      break;
    case decision::fin:
      packets_.put(there);
      to.end_arrived();
      break;
    case decision::reset:
      packets_.put(there);
      to.reset_arrived();
      break;
    case decision::feedback:
    case decision::file:
    case decision::datagram:
    case decision::ran:
    case decision::fault:
      PIRN_ASSERT(false, "no packet is of this kind");
      break;
  }
  settle(on);
}

}  // namespace pirn::sim
