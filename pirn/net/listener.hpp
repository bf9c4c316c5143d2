// listener: where connections arrive.
#pragma once

#include <optional>
#include <utility>

#include "pirn/exec/worker.hpp"
#include "pirn/net/tcp_stream.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn::net {

/// Listens on an address. A Unix socket's file whose owner has died is replaced, by one of those
/// that try it at once; it is not removed at the end, for a successor may go on with the same
/// socket. (Whoever is at it has a lock meanwhile, on the file `NAME.pirn-lock`.)
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

  /// Listens on a socket that the program was given: inherited or passed. It uses a duplicate, so
  /// several workers may each make a listener of the same one; the system gives a connection to one
  /// of them. Close yours afterwards.
  /// Throws: std::system_error that names the descriptor: EINVAL when it does not listen, ENOTSUP
  ///         on a simulated network.
  explicit listener(const unique_fd& given, stream_options of_accepted = {});

  /// Takes the next connection. The driver may take a few more from the system meanwhile, for the
  /// accepts that follow; with `accept_mode::single` it does not.
  /// Throws: std::system_error; EMFILE and its like pass (see is_shortage) and may be tried again.
  /// Cancel: loses no connection.
  task<tcp_stream> accept(accept_mode mode = accept_mode::ahead);
  /// Ends accepting, until the next accept(): gives one that the driver had taken before, or one
  /// that waits and that no other process may have been woken for, or nothing. Who stops accepting
  /// while another process goes on with the same socket calls it until there is none, for else
  /// nobody might serve these. While another task accepts there is none: that task gets what comes.
  /// Throws: as accept().
  /// Cancel: loses no connection.
  task<std::optional<tcp_stream>> accept_taken();

  /// The address as bound: with the port that the system chose for port 0.
  endpoint local() const { return raw().local(); }
  /// The kernel's descriptor, or -1 on a simulated network.
  int native_handle() const noexcept { return raw().native_handle(); }
  socket& raw() const noexcept {
    PIRN_ASSERT(socket_ != nullptr, "a listener that was moved from is used");
    return *socket_;
  }

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
