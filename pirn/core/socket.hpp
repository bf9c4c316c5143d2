// socket: a driver's side of one connection or listener; the streams above hold it by a socket_ptr.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

#include "pirn/base/endpoint.hpp"
#include "pirn/base/time.hpp"
#include "pirn/core/datagram.hpp"

namespace pirn {

/// What `connect` and `accept` set on a new stream socket.
struct stream_options {
  bool no_delay = true;
  bool keep_alive = false;
  int receive_buffer_bytes = 0;  ///< 0: the system's choice
  int send_buffer_bytes = 0;     ///< 0: the system's choice
};

/// How to listen. The options of `accepted` are set on each connection that is taken.
struct listen_options {
  int backlog = 4096;
  bool reuse_port = false;
  bool only_ipv6 = false;
  stream_options accepted{};
};

/// A connection, listener or datagram socket as its driver keeps it: the descriptor or the
/// simulated end, what has arrived and was not yet taken, and what is armed. It is made by a driver
/// and used through `driver::start`.
///
/// Threads: the loop's only.
class socket {
 public:
  socket(socket&&) = delete;  // requests point at it

  /// The two ends; none where there is no such end or it has no name. Each driver stores them as
  /// small as it can: a connection that waits must cost little, and an endpoint has room for a Unix
  /// path.
  virtual endpoint local() const noexcept = 0;
  virtual endpoint peer() const noexcept = 0;

  /// Sends what the transport takes at once; a shortcut for a `send_operation`, which sends the
  /// rest.
  /// Requires: no send is outstanding.
  /// Returns:  the count, 0 when a signal came first; -EAGAIN when it takes nothing now; else
  ///           -errno.
  virtual std::ptrdiff_t send_at_once(std::span<const std::byte>) noexcept { return -EAGAIN; }

  /// For how long nothing of what the transport was given to send has gone; `forever` where the
  /// system does not say.
  virtual duration sending_stalled_for() const noexcept { return forever; }

  /// Memory that what the transport was given to send still takes; 0 where the system does not say.
  virtual std::size_t unsent_bytes() const noexcept { return 0; }

  /// Says to the peer that nothing more will be sent; what was sent before still arrives. A second
  /// time it does nothing.
  /// Returns: 0 or -errno.
  virtual int shut_down_sending() noexcept = 0;

  /// Makes closing drop what is unsent and reset the connection (RST).
  virtual void reset_on_close() noexcept = 0;

  // For datagrams; each returns 0 or -errno.
  /// Fixes the peer of what is sent and received.
  virtual int connect(const endpoint&) noexcept { return -EOPNOTSUPP; }
  virtual int set(datagram_setting, int /*value*/) noexcept { return -EOPNOTSUPP; }
  /// Joins or leaves a multicast group, on an interface or, with 0, on one of the system's choice.
  virtual int change(membership, const endpoint& /*group*/, unsigned /*interface_index*/) noexcept {
    return -EOPNOTSUPP;
  }

  /// The kernel's descriptor, or -1 where there is none.
  virtual int native_handle() const noexcept { return -1; }

 protected:
  socket() = default;
  virtual ~socket() = default;

 private:
  friend struct socket_closer;
  /// Gives the socket back to its driver, which frees it when the last armed request has ended.
  /// Requires: no request of a caller is outstanding on it.
  virtual void release() noexcept = 0;
};

struct socket_closer {
  void operator()(socket* closing) const noexcept { closing->release(); }
};

/// Owns a socket; letting go closes it through its driver.
using socket_ptr = std::unique_ptr<socket, socket_closer>;

}  // namespace pirn
