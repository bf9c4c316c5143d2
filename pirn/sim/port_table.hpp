// port_table: the names of one simulated host: who has which, and which ports are lent out.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <system_error>
#include <unordered_set>

#include "pirn/base/endpoint.hpp"
#include "pirn/core/socket.hpp"

namespace pirn::sim {

/// An IPv4 address that is written as IPv6 (`::ffff:1.2.3.4`) as plain IPv4; every other endpoint
/// unchanged.
endpoint without_mapping(const endpoint& from) noexcept;
/// The reverse: how a socket of family IPv6 shows an IPv4 endpoint.
endpoint with_mapping(const endpoint& from) noexcept;

/// The names of one host. Ports that nobody chose come from 32768 up, in turn, so that equal runs
/// get equal ports.
class port_table {
 public:
  struct bind_options {
    bool reuse_port = false;
    bool only_ipv6 = false;
  };

  /// Gives `local` to the socket; port 0 asks for a free one.
  /// Returns: the endpoint with its port; address_in_use, invalid_argument or
  /// address_family_not_supported.
  std::expected<endpoint, std::errc> bind(socket& owner, const endpoint& local,
                                          const bind_options& options);
  void unbind(const socket& owner, const endpoint& local) noexcept;

  /// Who answers to `remote`, or null: the most exact address wins; those that share a port take
  /// turns.
  socket* find(const endpoint& remote) noexcept;

  /// A port for a connection to `remote`, or 0 when all are lent to connections to it.
  std::uint16_t lend(const endpoint& remote);
  void give_back(const endpoint& remote, std::uint16_t port) noexcept;

 private:
  static constexpr std::uint16_t first_port = 32768;  // Linux's ip_local_port_range
  static constexpr std::uint16_t last_port = 60999;

  struct binding {
    endpoint local;
    socket* owner;
    bind_options options;
  };

  bool is_free(const endpoint& wanted, const bind_options& options) const noexcept;
  std::uint16_t next_port() noexcept;

  std::multimap<std::uint16_t, binding> by_port_;
  std::map<std::string, socket*, std::less<>> by_path_;
  std::unordered_set<std::uint64_t> lent_;  // hashes of remote and port; asked, never walked
  std::uint16_t last_given_ = first_port - 1;
  std::uint64_t turn_ = 0;
};

}  // namespace pirn::sim
