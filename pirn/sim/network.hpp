// network: simulated sockets: names, handshakes, and the packets between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <system_error>

#include "pirn/base/random.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/datagram_exchange.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/link.hpp"
#include "pirn/sim/listener.hpp"
#include "pirn/sim/packet.hpp"
#include "pirn/sim/port_table.hpp"
#include "pirn/sim/request_ledger.hpp"

namespace pirn::sim {

/// What a simulated network is like where nothing more special is said.
struct network_options {
  /// Between all IP addresses. Never without latency by default: programs that answer each other at
  /// once would keep time from moving.
  link_options way{.latency = std::chrono::microseconds(100)};
  /// Between Unix sockets.
  link_options local_way{.latency = std::chrono::microseconds(10)};
  std::uint32_t receive_window_bytes = 256 * 1024;  ///< what a peer may send ahead of the reader
  std::uint32_t send_buffer_bytes =
      256 * 1024;  ///< what a send may leave behind, not yet acknowledged
};

/// One host's simulated stream sockets: TCP and Unix (which is TCP over a shorter way). Bytes
/// arrive in order, after the way's latency, as fast as its bandwidth allows; none is lost.
///
/// Every packet passes `transmit`, and everything that the peer tells passes `tell`: loss,
/// partitions and the like belong there.
///
/// Threads:  one loop's.
/// Lifetime: ends after its sockets, requests and leases (asserted).
class network {
 public:
  /// What all of a simulation shares.
  struct surroundings {
    event_queue& events;
    decision_log& decisions;
    request_ledger& ledger;
  };
  struct statistics {
    std::uint64_t connections = 0;      ///< now, those included that only one end still knows
    std::uint64_t packets_carried = 0;  ///< since the start
    std::uint64_t bytes_carried = 0;    ///< since the start
    std::uint64_t packet_memories = 0;  ///< now: under way, unread, unsent or lent
  };

  network(const surroundings& around, const network_options& options, const random_source& random);
  network(network&&) = delete;  // sockets point at it
  ~network();

  // For programs, through a driver.
  std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                    const listen_options& options);
  started start(connect_operation& request);
  void withdraw(connect_operation& request) noexcept;
  datagram_exchange& datagrams() noexcept { return datagrams_; }
  statistics count() const noexcept;

  // For sockets.
  event_queue& events() noexcept { return around_.events; }
  decision_log& decisions() noexcept { return around_.decisions; }
  request_ledger& ledger() noexcept { return around_.ledger; }
  packet_pool& packets() noexcept { return packets_; }
  /// Sends a packet on its way.
  void transmit(packet& sent, stream_socket& to);
  /// Lets a sender hear of its peer, one latency later.
  void tell(stream_socket& to, const stream_sender::feedback& told);
  /// A packet is there; it is the network's again.
  void arrived(packet& there) noexcept;
  /// Frees the connection if it is over.
  void settle(connection& checked) noexcept;
  void forget(listener& closed) noexcept;

 private:
  link& way_to(const endpoint& remote) noexcept;
  /// Returns: 0 or errno.
  int choose_names(const endpoint& remote, connection::names& chosen);
  stream_socket::buffer_sizes sizes(const stream_options& wanted) const noexcept;
  void destroy(connection& over) noexcept;

  // The handshake, packet by packet; one packet makes the whole way.
  void try_to_open(connection& opening, packet& syn);
  void syn_arrived(connection& opening, packet& syn);
  void refuse(connection& opening, packet& syn, int error);
  void syn_ack_arrived(connection& opening, packet& syn_ack);
  void refusal_arrived(connection& opening, packet& refused) noexcept;
  void ack_arrived(connection& opened, packet& ack);

  surroundings around_;
  network_options options_;
  random_source random_;
  link way_;
  link local_way_;
  packet_pool packets_;
  port_table ports_;
  datagram_exchange datagrams_;
  intrusive_list<connection> connections_;
  std::size_t listeners_ = 0;
  std::uint64_t next_connection_ = 0;
  statistics totals_;
};

}  // namespace pirn::sim
