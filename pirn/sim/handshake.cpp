#include "pirn/sim/handshake.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pirn/sim/connection.hpp"
#include "pirn/sim/host.hpp"
#include "pirn/sim/network.hpp"

namespace pirn::sim {

namespace {

// Linux asks again after 1, 2, 4 … seconds, six times, and gives up 64 seconds after the last
// (tcp_syn_retries).
constexpr duration first_retry = std::chrono::seconds(1);
constexpr unsigned syn_retries_max = 6;

}  // namespace

void handshake::begin(connect_operation& request) {
  network& net = whole_.net;
  request_ = &request;
  client_buffers_ = net.sizes(request.options);
  first_try_ = net.events().now();
  whole_.client.ledger().take(request, request_kind::connect, &whole_);
  ask(net.packets().take(decision::syn, 0));
}

void handshake::give_up() noexcept {
  forget_server();
  request_ = nullptr;
}

void handshake::ask(packet& syn) {
  ++tries_;
  syn.kind = decision::syn;
  send(syn, whole_.server);
}

void handshake::ask_again(packet& syn) {
  if (tries_ <= syn_retries_max) return ask(syn);
  whole_.net.packets().put(syn);
  whole_.client.ledger().complete(*std::exchange(request_, nullptr), -ETIMEDOUT);
}

void handshake::send(packet& sent, stream_socket& to) {
  if (!whole_.net.transmit_once(sent, to)) lost(sent);
}

// Whoever had heard of the client forgets it: a server that gets no answer to its own word would,
// and one that was restarted has.
void handshake::lost(packet& gone) {
  forget_server();
  wait(gone);
}

void handshake::forget_server() noexcept {
  if (listener* asked = whole_.server.backlog()) asked->handshake_failed(whole_.server);
}

void handshake::wait(packet& until_retry) {
  event_queue& events = whole_.net.events();
  const time_point again = first_try_ + first_retry * ((1 << tries_) - 1);
  until_retry.kind = decision::syn_retry;
  until_retry.to = &whole_.client;
  whole_.under_way.push_back(until_retry);
  events.add(until_retry, std::max(again, events.now()));
}

void handshake::syn_arrived(packet& syn) {
  stream_socket& server = whole_.server;
  auto* asked = static_cast<listener*>(server.home()->ports().find(whole_.ends_at.server));
  const bool is_unix = whole_.ends_at.server.kind() == endpoint::family::unix_path;
  if (asked == nullptr) {
    const bool no_file = is_unix && whole_.ends_at.server.path().front() != '\0';
    return refuse(syn, no_file ? ENOENT : ECONNREFUSED);
  }
  if (asked->is_full()) return is_unix ? refuse(syn, EAGAIN) : wait(syn);
  server_buffers_ = whole_.net.sizes(asked->accepted_options());
  whole_.server_shows_ipv6 = asked->local().kind() == endpoint::family::ipv6;
  server.appear();
  asked->handshake_began(server);
  syn.kind = decision::syn_ack;
  send(syn, whole_.client);
}

void handshake::refuse(packet& syn, int error) {
  refusal_ = error;
  syn.kind = decision::refused;
  send(syn, whole_.client);
}

void handshake::refusal_arrived(packet& refused) noexcept {
  whole_.net.packets().put(refused);
  whole_.client.ledger().complete(*std::exchange(request_, nullptr), -refusal_);
}

void handshake::syn_ack_arrived(packet& syn_ack) {
  connect_operation& request = *std::exchange(request_, nullptr);
  whole_.client.open(client_buffers_, server_buffers_);
  if (!whole_.server.has_vanished()) whole_.server.open(server_buffers_, client_buffers_);
  whole_.client.set_held(true);
  syn_ack.kind = decision::ack;
  whole_.net.transmit(syn_ack, whole_.server);
  request.connected.reset(&whole_.client);
  whole_.client.ledger().complete(request, 0);
}

void handshake::ack_arrived(packet& ack) {
  whole_.net.packets().put(ack);
  if (listener* asked = whole_.server.backlog()) {
    asked->handshake_ended(whole_.server);
  } else {
    whole_.server.reset_on_close();
    whole_.server.release();
  }
}

}  // namespace pirn::sim
