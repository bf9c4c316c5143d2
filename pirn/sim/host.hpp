// host: what belongs to one simulated host: its names, addresses and ports, and its sockets.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "pirn/core/driver.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/datagram_exchange.hpp"
#include "pirn/sim/link.hpp"
#include "pirn/sim/listener.hpp"
#include "pirn/sim/port_table.hpp"
#include "pirn/sim/request_ledger.hpp"

namespace pirn::sim {

class network;

/// Who a host is, and the ways on it.
struct host_setup {
  std::string name;
  /// Its IP addresses, ports aside, the one that it sends from first of its family. Without any it
  /// is alone in the world, and every address is its own.
  std::vector<endpoint> addresses;
  link_options loopback;   ///< between IP sockets of the host
  link_options local_way;  ///< between Unix sockets
};

/// One host of a network: the simulated sockets of the programs on it. It may lose power and come
/// up again; its name, addresses and ways remain.
///
/// Threads:  those of its network.
/// Lifetime: ends before its network, after its sockets, requests and leases (asserted).
class host {
 public:
  host(network& net, host_setup setup);
  host(host&&) = delete;  // sockets point at it
  ~host();

  /// Its place among the network's hosts.
  std::size_t number() const noexcept { return number_; }
  const std::string& name() const noexcept { return setup_.name; }
  const std::vector<endpoint>& addresses() const noexcept { return setup_.addresses; }

  // For programs, through a driver.
  std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                    const listen_options& options);
  started start(connect_operation& request);
  void withdraw(connect_operation& request) noexcept;
  datagram_exchange& datagrams() noexcept { return datagrams_; }
  request_ledger& ledger() noexcept { return ledger_; }

  /// Sockets that programs hold, those in a backlog included.
  std::size_t sockets() const noexcept;
  bool is_up() const noexcept { return up_; }
  /// Cuts the power: what its sockets had to say is lost, the other ends hear nothing. The programs
  /// on it still have to end; nothing that they do gets out any more.
  void go_down() noexcept;
  /// Brings it up again. Who talks to a socket that it had before is answered with a reset.
  /// Requires: the programs that it ran have ended.
  void come_up();

  // For sockets.
  network& net() noexcept { return net_; }
  port_table& ports() noexcept { return ports_; }
  void forget(listener& closed) noexcept;
  /// The host that has this address, as seen from here, or null.
  host* find(const endpoint& address) noexcept;
  /// The address from which it talks to another, with the other's port; none when it has none of
  /// the family.
  endpoint address_towards(const endpoint& remote) const noexcept;
  /// Why a socket cannot be bound to this address, or errc{}.
  std::errc cannot_bind(const endpoint& local) const noexcept;
  /// The line to another host, or to itself: there the ways forth and back are two.
  line& line_to(host& other, bool is_answer);

 private:
  bool has(const endpoint& address) const noexcept;
  /// Returns: 0 or errno.
  int choose_places(const endpoint& remote, connection::places& places, connection::names& names);

  network& net_;
  host_setup setup_;
  std::size_t number_;
  bool up_ = true;
  link loopback_;
  link local_way_;
  request_ledger ledger_;
  port_table ports_;
  intrusive_list<listener> listeners_;
  datagram_exchange datagrams_;
};

}  // namespace pirn::sim
