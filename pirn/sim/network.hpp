// network: what all simulated hosts share: the ways between them, and the packets on these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "pirn/base/random.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/datagram.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/packet.hpp"
#include "pirn/sim/traffic.hpp"
#include "pirn/sim/way_table.hpp"

namespace pirn::sim {

class host;

/// What a simulated network is like where nothing more special is said.
struct network_options {
  /// Between all IP addresses. Never without latency by default: programs that answer each other at
  /// once would keep time from moving.
  link_options way{.latency = std::chrono::microseconds(100)};
  /// Between Unix sockets; where there are several hosts, between all sockets of one.
  link_options local_way{.latency = std::chrono::microseconds(10)};
  std::uint32_t receive_window_bytes = 256 * 1024;  ///< what a peer may send ahead of the reader
  std::uint32_t send_buffer_bytes =
      256 * 1024;  ///< what a send may leave behind, not yet acknowledged
};

/// The network between hosts: who has which address, the ways, and the connections. Bytes of a
/// stream arrive in order, after the way's latency, as fast as its bandwidth allows; none is lost:
/// where packets are, they are sent again, and come late.
///
/// Every packet of a stream passes `transmit`, and everything that the peer tells passes `tell`;
/// both ask the line that they take whether it lets anything through.
///
/// Threads:  one.
/// Lifetime: ends after its hosts (asserted).
class network {
 public:
  /// What all of a simulation shares.
  struct surroundings {
    event_queue& events;
    decision_log& decisions;
  };
  struct statistics {
    std::uint64_t connections = 0;      ///< now, those included that only one end still knows
    std::uint64_t packets_carried = 0;  ///< since the start
    std::uint64_t bytes_carried = 0;    ///< since the start
    std::uint64_t packet_memories = 0;  ///< now: under way, unread, unsent or lent
    std::uint64_t datagrams = 0;        ///< now: under way or unread
  };

  network(const surroundings& around, const network_options& options, const random_source& random);
  network(network&&) = delete;  // sockets point at it
  ~network();

  statistics count() const noexcept;
  /// In the order in which they came.
  std::span<host* const> hosts() const noexcept { return hosts_; }
  /// From now on `watcher` is told of what arrives; null: nobody.
  void watch(traffic_watcher* watcher) noexcept { watcher_ = watcher; }

  // What may go wrong.
  void set_usual_way(const link_options& options) noexcept { ways_.set_usual(options); }
  /// The line from one host to another.
  line& line_between(host& from, host& to);
  /// The same, or null when nobody has asked for it yet.
  line* known_line(const host& from, const host& to) noexcept;
  void block(line& blocked, line::obstacle what) noexcept { blocked.block(what); }
  /// Takes an obstacle away. What waited at a clog goes on now; what a cut had lost is sent again
  /// when its time comes.
  void unblock(line& blocked, line::obstacle what);

  // For hosts.
  std::size_t join(host& come);
  void leave(host& going) noexcept;
  /// Ends of connections that programs of this host, or its listeners, hold.
  std::size_t ends_held_by(const host& one) const noexcept;
  host* find(const endpoint& address) const noexcept;
  connection& open(const connection::places& places, const connection::names& names);
  void settle_now(connection& unwanted) noexcept { destroy(unwanted); }
  void went_down(host& powerless) noexcept;
  void came_up(host& again);
  /// A line on which all is lost.
  line& nowhere() noexcept { return nowhere_; }
  const random_source& random() const noexcept { return random_; }

  // For sockets.
  event_queue& events() noexcept { return around_.events; }
  decision_log& decisions() noexcept { return around_.decisions; }
  packet_pool& packets() noexcept { return packets_; }
  datagram_pool& datagrams() noexcept { return datagrams_; }
  stream_socket::buffer_sizes sizes(const stream_options& wanted) const noexcept;
  /// Sends a packet on its way.
  void transmit(packet& sent, stream_socket& to);
  /// The same for one that nobody but its sender sends again.
  /// Returns: false when it is lost; it is the caller's then.
  bool transmit_once(packet& sent, stream_socket& to);
  /// Lets a sender hear of its peer, one latency later.
  void tell(stream_socket& to, const stream_sender::feedback& told);
  /// A packet is there; it is the network's again.
  void arrived(packet& there) noexcept;
  /// Nothing that this end sends has got through for too long.
  void given_up(stream_socket& end) noexcept;
  /// Frees the connection if it is over.
  void settle(connection& checked) noexcept;
  traffic_watcher* watcher() const noexcept { return watcher_; }

 private:
  using address = std::array<std::uint8_t, 17>;  // the family, then the IP
  static address key_of(const endpoint& at) noexcept;

  void note_arrival(const packet& there) noexcept;
  void put_on_line(packet& sent, duration later);
  void wait_for_line(packet& sent);
  void stopped_short(packet& there);
  void answer_for_vanished(packet& there);
  void resume(stream_socket& end, duration retry_after);
  void vanish(connection& on, const host& powerless) noexcept;
  void drop(packet& dropped) noexcept;
  void drop_waiting(stream_socket& to) noexcept;
  void destroy(connection& over) noexcept;

  surroundings around_;
  network_options options_;
  random_source random_;
  std::vector<host*> hosts_;
  std::map<address, host*> by_address_;
  way_table ways_;
  line nowhere_;
  packet_pool packets_;
  datagram_pool datagrams_;
  intrusive_list<connection> connections_;
  std::uint64_t next_connection_ = 0;
  statistics totals_;
  traffic_watcher* watcher_ = nullptr;
};

}  // namespace pirn::sim
