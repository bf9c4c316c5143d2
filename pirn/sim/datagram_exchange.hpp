// datagram_exchange: one host's simulated datagram sockets, and what is on its way between them.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <system_error>

#include "pirn/base/random.hpp"
#include "pirn/sim/datagram_socket.hpp"
#include "pirn/sim/port_table.hpp"
#include "pirn/sim/request_ledger.hpp"

namespace pirn::sim {

class host;

/// One host's simulated UDP. Datagrams arrive after their way's latency, in the order in which it
/// lets them. One is lost where the way loses it, at a full queue, and where no host has the
/// address. What finds a host but nobody there comes back as a refusal.
///
/// Threads:  one loop's.
/// Lifetime: ends after its sockets and requests (asserted).
class datagram_exchange {
 public:
  datagram_exchange(host& home, const random_source& random);
  datagram_exchange(datagram_exchange&&) = delete;  // sockets point at it
  ~datagram_exchange();

  std::expected<socket_ptr, std::error_code> open(const endpoint& local,
                                                  const datagram_options& options);

  std::size_t sockets() const noexcept { return sockets_.size(); }

  // For sockets.
  host& home() noexcept { return home_; }
  request_ledger& ledger() noexcept;
  /// Returns: 0 or -errno.
  int send(const datagram_socket& from, const endpoint& to, std::span<const std::byte> bytes);
  void arrived(datagram& there) noexcept;
  /// The datagram is used up.
  void put(datagram& used) noexcept;
  void forget(datagram_socket& closed) noexcept;

  // For the network.
  /// What waited on this line goes on.
  void resume(const line& reopened);
  /// The host has lost power.
  void vanish() noexcept;

 private:
  void post(datagram& sent, host& to);
  void put_on_the_way(datagram& sent);
  void deliver_to_many(datagram& there);
  void deliver_to_one(datagram& there);

  host& home_;
  random_source random_;
  port_table ports_;
  intrusive_list<datagram_socket> sockets_;
  intrusive_list<datagram> under_way_;  // to this host
  std::uint64_t next_number_ = 0;
};

}  // namespace pirn::sim
