// connection: two ends of a simulated stream and what is under way between them.
#pragma once

#include "pirn/core/operation.hpp"
#include "pirn/sim/link.hpp"
#include "pirn/sim/stream_socket.hpp"

namespace pirn::sim {

/// A connection, from the client's first packet until nobody holds an end and nothing is under way.
class connection : public list_hook<> {
 public:
  struct names {
    endpoint client;
    endpoint server;
  };

  connection(network& home, link& way, const names& ends, std::uint64_t number) noexcept
      : net(home),
        path(way),
        ends_at(ends),
        client(*this, 2 * number),
        server(*this, 2 * number + 1) {}

  network& net;
  link& path;
  names ends_at;  ///< as the client shows them
  stream_socket client;
  stream_socket server;
  stream_socket::buffer_sizes client_buffers;
  stream_socket::buffer_sizes server_buffers;
  bool server_shows_ipv6 = false;  ///< its listener has an IPv6 address

  // Until the client's end stands.
  connect_operation* opening = nullptr;
  packet* handshake = nullptr;
  time_point first_try{};
  unsigned tries = 0;
  int refusal = 0;

  /// Packets and retry timers of this connection that are in the event queue.
  intrusive_list<packet> under_way;

  /// Whether nothing will happen to it any more.
  bool is_over() const noexcept {
    return opening == nullptr && !client.is_held() && !server.is_held() && under_way.empty() &&
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
