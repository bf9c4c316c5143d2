#include "pirn/sim/network.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::sim {

namespace {

using family = endpoint::family;

// Linux asks again after 1, 2, 4 … seconds, six times, and gives up 64 seconds after the last
// (tcp_syn_retries).
constexpr duration first_retry = std::chrono::seconds(1);
constexpr unsigned retries_max = 6;

// Connecting to the wildcard address means this host.
endpoint without_wildcard(const endpoint& remote) noexcept {
  if (remote.ip() != std::array<std::uint8_t, 16>{}) return remote;
  if (remote.kind() == family::ipv4) return endpoint::ipv4({127, 0, 0, 1}, remote.port());
  std::array<std::uint8_t, 16> loopback{};
  loopback.back() = 1;
  return endpoint::ipv6(loopback, remote.port());
}

}  // namespace

network::network(const surroundings& around, const network_options& options,
                 const random_source& random)
    : around_(around),
      options_(options),
      random_(random.split("network")),
      way_(options.way),
      local_way_(options.local_way),
      datagrams_(around.events, around.decisions, around.ledger, way_, random_) {
  PIRN_ASSERT(options.receive_window_bytes > 0 && options.send_buffer_bytes > 0,
              "buffers have room for something");
}

network::~network() {
  PIRN_ASSERT(listeners_ == 0, "a listener may not outlive its driver");
  while (connection* each = connections_.first()) {
    PIRN_ASSERT(each->opening == nullptr && !each->client.is_held() && !each->server.is_held(),
                "a socket may not outlive its driver");
    destroy(*each);
  }
}

// ---- programs ----

std::expected<socket_ptr, std::error_code> network::listen(const endpoint& local,
                                                           const listen_options& options) {
  auto made = std::make_unique<listener>(*this, options);
  const auto bound =
      ports_.bind(*made, local, {.reuse_port = options.reuse_port, .only_ipv6 = options.only_ipv6});
  if (!bound) return std::unexpected(std::make_error_code(bound.error()));
  made->set_local(*bound);
  ++listeners_;
  return socket_ptr(made.release());
}

void network::forget(listener& closed) noexcept {
  ports_.unbind(closed, closed.local());
  --listeners_;
  std::unique_ptr<listener> last(&closed);
}

started network::start(connect_operation& request) {
  connection::names names;
  if (const int error = choose_names(request.remote, names)) {
    request.result = -error;
    return started::done;
  }
  auto made =
      std::make_unique<connection>(*this, way_to(request.remote), names, next_connection_++);
  connection& opening = *made.release();
  connections_.push_back(opening);
  ++totals_.connections;
  opening.client_buffers = sizes(request.options);
  opening.opening = &request;
  opening.first_try = events().now();
  ledger().take(request, request_kind::connect, &opening);
  try_to_open(opening, packets_.take(decision::syn, 0));
  return started::pending;
}

int network::choose_names(const endpoint& remote, connection::names& chosen) {
  if (remote.kind() == family::none) return EAFNOSUPPORT;
  if (remote.kind() == family::unix_path) {
    chosen.server = remote;
    return 0;
  }
  chosen.server = without_wildcard(remote);
  const std::uint16_t port = ports_.lend(chosen.server);
  if (port == 0) return EADDRNOTAVAIL;
  chosen.client = chosen.server.with_port(port);  // the one host has every address
  return 0;
}

link& network::way_to(const endpoint& remote) noexcept {
  return remote.kind() == family::unix_path ? local_way_ : way_;
}

stream_socket::buffer_sizes network::sizes(const stream_options& wanted) const noexcept {
  const auto choose = [](int asked, std::uint32_t otherwise) {
    return asked > 0 ? static_cast<std::uint32_t>(asked) : otherwise;
  };
  return {.receive_bytes = choose(wanted.receive_buffer_bytes, options_.receive_window_bytes),
          .send_bytes = choose(wanted.send_buffer_bytes, options_.send_buffer_bytes)};
}

// The connection ends as if it had never been; until its client stands, one packet is all that is
// under way.
void network::withdraw(connect_operation& request) noexcept {
  auto& opening = *static_cast<connection*>(request.driver_data.pointer);
  if (listener* asked = opening.server.backlog()) asked->handshake_failed(opening.server);
  opening.opening = nullptr;
  destroy(opening);
}

network::statistics network::count() const noexcept {
  statistics counted = totals_;
  counted.packet_memories = packets_.out();
  return counted;
}

// ---- the life of a connection ----

void network::settle(connection& checked) noexcept {
  if (checked.is_over()) destroy(checked);
}

void network::destroy(connection& over) noexcept {
  while (!over.under_way.empty()) {
    packet& dropped = over.under_way.pop_front();
    events().remove(dropped);
    packets_.put(dropped);
  }
  over.client.sender().stop();
  over.server.sender().stop();
  if (over.ends_at.client.port() != 0) {
    ports_.give_back(over.ends_at.server, over.ends_at.client.port());
  }
  connections_.remove(over);
  --totals_.connections;
  std::unique_ptr<connection> last(&over);
}

void network::transmit(packet& sent, stream_socket& to) {
  const auto way = to.is_client() ? link::direction::back : link::direction::forth;
  const time_point arrives = to.whole().path.carry(way, events().now(), sent.size, random_);
  to.not_before = std::max(arrives, to.not_before);
  sent.to = &to;
  to.whole().under_way.push_back(sent);
  events().add(sent, to.not_before);
  ++totals_.packets_carried;
  totals_.bytes_carried += sent.size;
}

void network::tell(stream_socket& to, const stream_sender::feedback& told) {
  to.sender().hear(to.whole().path.arrival_of_feedback(events().now()), told);
}

void network::arrived(packet& there) noexcept {
  stream_socket& to = *there.to;
  connection& on = to.whole();
  on.under_way.remove(there);
  decisions().note(events().now(), there.kind, to.number(), there.size);
  switch (there.kind) {
    case decision::syn:
      syn_arrived(on, there);
      break;
    case decision::syn_retry:
      try_to_open(on, there);
      break;
    case decision::syn_ack:
      syn_ack_arrived(on, there);
      break;
    case decision::refused:
      refusal_arrived(on, there);
      break;
    case decision::ack:
      ack_arrived(on, there);
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
      PIRN_ASSERT(false, "no packet is of this kind");
      break;
  }
  settle(on);
}

// ---- the handshake ----

void network::try_to_open(connection& opening, packet& syn) {
  if (opening.tries > retries_max) return refuse(opening, syn, ETIMEDOUT);
  ++opening.tries;
  syn.kind = decision::syn;
  transmit(syn, opening.server);
}

void network::syn_arrived(connection& opening, packet& syn) {
  auto* asked = static_cast<listener*>(ports_.find(opening.ends_at.server));
  const bool is_unix = opening.ends_at.server.kind() == family::unix_path;
  if (asked == nullptr) {
    const bool no_file = is_unix && opening.ends_at.server.path().front() != '\0';
    return refuse(opening, syn, no_file ? ENOENT : ECONNREFUSED);
  }
  if (asked->is_full()) {
    if (is_unix) return refuse(opening, syn, EAGAIN);
    // It is dropped; the client asks again after a while.
    const time_point again = opening.first_try + first_retry * ((1 << opening.tries) - 1);
    syn.kind = decision::syn_retry;
    syn.to = &opening.client;
    opening.under_way.push_back(syn);
    events().add(syn, std::max(again, events().now()));
    return;
  }
  opening.server_buffers = sizes(asked->accepted_options());
  opening.server_shows_ipv6 = asked->local().kind() == family::ipv6;
  asked->handshake_began(opening.server);
  syn.kind = decision::syn_ack;
  transmit(syn, opening.client);
}

void network::refuse(connection& opening, packet& syn, int error) {
  opening.refusal = error;
  syn.kind = decision::refused;
  transmit(syn, opening.client);
}

void network::refusal_arrived(connection& opening, packet& refused) noexcept {
  packets_.put(refused);
  ledger().complete(*std::exchange(opening.opening, nullptr), -opening.refusal);
}

void network::syn_ack_arrived(connection& opening, packet& syn_ack) {
  connect_operation& request = *std::exchange(opening.opening, nullptr);
  opening.client.open(opening.client_buffers, opening.server_buffers);
  opening.server.open(opening.server_buffers, opening.client_buffers);
  opening.client.set_held(true);
  syn_ack.kind = decision::ack;
  transmit(syn_ack, opening.server);
  request.connected.reset(&opening.client);
  ledger().complete(request, 0);
}

void network::ack_arrived(connection& opened, packet& ack) {
  packets_.put(ack);
  if (listener* asked = opened.server.backlog()) {
    asked->handshake_ended(opened.server);
  } else {
    opened.server.reset_on_close();
    opened.server.release();
  }
}

}  // namespace pirn::sim
