// listener: where connections arrive.
#pragma once

#include <utility>

#include "pirn/exec/worker.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::net {

/// Listens on an address.
///
/// Threads:  its loop's.
/// Lifetime: destroying it requires that no task is accepting; connections that nobody took are
/// closed.
class listener {
 public:
  /// Throws: std::system_error that names the address ("listen on 127.0.0.1:80: permission
  /// denied").
  explicit listener(const endpoint& local, listen_options options = {});
  /// Listens as one of run()'s workers: each for itself on the same address, with `reuse_port`, and
  /// the kernel spreads the connections over them. With port 0 all have the port that the system
  /// chose for one. The workers make their listeners in the same order.
  listener(const worker& me, const endpoint& local, listen_options options = {});

  /// Takes the next connection.
  /// Throws: std::system_error; EMFILE and its like pass (see is_shortage) and may be tried again.
  /// Cancel: loses no connection.
  task<tcp_stream> accept();

  /// The address as bound: with the port that the system chose for port 0.
  endpoint local() const { return socket_->local(); }

 private:
  static socket_ptr bind(const endpoint& local, const listen_options& options);

  socket_ptr socket_;
};

/// Whether an accept failed for want of descriptors or memory, which may come back.
bool is_shortage(const std::error_code& code) noexcept;

/// 127.0.0.1 with a port (0: the system chooses), every IPv4 address, and their IPv6 twins.
endpoint loopback(std::uint16_t port) noexcept;
endpoint any(std::uint16_t port) noexcept;
endpoint loopback_v6(std::uint16_t port) noexcept;
endpoint any_v6(std::uint16_t port) noexcept;

}  // namespace pirn::net
