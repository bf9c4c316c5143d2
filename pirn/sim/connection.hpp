// connection: two ends of a simulated stream and what is under way between them.
#pragma once

#include "pirn/sim/handshake.hpp"
#include "pirn/sim/stream_socket.hpp"

namespace pirn::sim {

/// A connection, from the client's first packet until nobody holds an end and nothing is under way.
class connection : public list_hook<> {
 public:
  struct names {
    endpoint client;
    endpoint server;
  };
  struct places {
    stream_socket::place client;
    stream_socket::place server;
  };

  connection(network& home, const places& at, const names& ends, std::uint64_t number) noexcept
      : net(home),
        ends_at(ends),
        opening(*this),
        client(*this, at.client, 2 * number),
        server(*this, at.server, 2 * number + 1) {}

  network& net;
  names ends_at;  ///< as the client shows them
  handshake opening;
  stream_socket client;
  stream_socket server;
  bool server_shows_ipv6 = false;  ///< its listener has an IPv6 address

  /// Packets and retry timers of this connection, in the order in which they were sent: in the
  /// event queue, or, where a way lets nothing through, waiting for it.
  intrusive_list<packet> under_way;

  /// Whether nothing will happen to it any more.
  bool is_over() const noexcept {
    return !opening.is_under_way() && !client.is_held() && !server.is_held() && under_way.empty() &&
           !client.sender().is_armed() && !server.sender().is_armed();
  }
};

inline network& stream_socket::net() const noexcept {
  return whole_.net;
}
inline stream_socket& stream_socket::other_end() const noexcept {
  return is_client() ? whole_.server : whole_.client;
}

}  // namespace pirn::sim
