// datagram_calls: the system calls of datagram sockets that both kernel drivers make.
#pragma once

#include <expected>
#include <span>
#include <system_error>

#include "pirn/core/datagram.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn::detail {

/// Makes a datagram socket that is bound to `local`, and does not block.
std::expected<unique_fd, std::error_code> open_datagrams(const endpoint& local,
                                                         const datagram_options& options);

/// Fixes the peer.
/// Returns: 0 or -errno.
int connect_datagrams(int descriptor, const endpoint& remote) noexcept;
/// Returns: 0 or -errno; -ENOPROTOOPT where the kernel does not know it.
int set_datagrams(int descriptor, datagram_setting what, int value) noexcept;
int change_membership(int descriptor, membership how, const endpoint& group,
                      unsigned interface_index) noexcept;
endpoint peer_of_datagrams(int descriptor) noexcept;

/// The most that one receive gives.
inline constexpr int datagrams_per_receive = 64;

/// Receives what is there now, at most so many datagrams (or pieces of coalesced ones), with one
/// call. Returns: how many, -EAGAIN when nothing is there, else -errno.
int receive_datagrams(int descriptor, std::span<incoming_datagram> into) noexcept;

/// Receives datagrams for one socket, and remembers whether another call may find some.
class datagram_receiver {
 public:
  bool may_receive() const noexcept { return may_receive_; }
  /// The kernel has told that there is something.
  void became_readable() noexcept { may_receive_ = true; }
  /// The socket has one peer from now on, whose host may answer with errors.
  void connected() noexcept { connected_ = true; }

  /// Tries to receive. `is_watched`: the kernel will tell of what comes after this call.
  /// Returns: true when the request has ended, with its result.
  bool try_receive(int descriptor, receive_datagrams_operation& request, bool is_watched) noexcept;

 private:
  bool may_receive_ = true;
  bool connected_ = false;
};

/// Sends datagrams, and lets the kernel cut up those of one size for one peer where it can
/// (UDP_SEGMENT): they pass most of its layers as one.
class datagram_sender {
 public:
  /// Sends what the socket takes now; `request.sent` goes up.
  /// Returns: true when the request has ended, with its result; false when the socket is full.
  bool try_send(int descriptor, send_datagrams_operation& request) noexcept;

 private:
  // Returns: 0 when all is sent, -EAGAIN when the socket takes no more, else -errno.
  int send(int descriptor, send_datagrams_operation& request) noexcept;
  // Returns: how many were sent, or -errno.
  int send_some(int descriptor, std::span<const outgoing_datagram> datagrams) noexcept;

  bool may_segment_ = true;  // no way out of this host refused it so far
};

}  // namespace pirn::detail
