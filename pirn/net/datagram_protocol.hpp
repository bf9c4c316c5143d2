// datagram_protocol: what a datagram socket calls when something has happened to it.
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <system_error>

#include "pirn/base/endpoint.hpp"

namespace pirn::net {

class datagram_transport;

/// Is given datagrams as they come. Its calls are in this order:
///
///     connection_made  { datagram_received | error_received }  connection_lost
///
/// `pause_writing` and `resume_writing` come in turns, in between. Each call is made on a turn of
/// the loop of its own, never from inside send_to(), close() or another call.
///
/// What a call throws breaks the socket off: `connection_lost` is told of it, and it is the failure
/// of the group.
/// Source: asyncio.DatagramProtocol.
class datagram_protocol {
 public:
  datagram_protocol() = default;
  datagram_protocol(datagram_protocol&&) = delete;  // its transport points at it
  virtual ~datagram_protocol() = default;

  /// The socket is there, and lives until connection_lost() has returned.
  virtual void connection_made(datagram_transport& /*made*/) {}

  /// Lifetime: the bytes and the address are good for the call.
  virtual void datagram_received(std::span<const std::byte> /*bytes*/, const endpoint& /*peer*/) {}

  /// Sending or receiving has failed; the socket is good for more. On a connected one "connection
  /// refused" comes here, when the peer's host says that nobody is there.
  virtual void error_received(const std::system_error& /*error*/) {}

  /// More waits to be sent than the limit; send no more until resume_writing(), or memory is all
  /// that bounds it.
  virtual void pause_writing() {}
  virtual void resume_writing() {}

  /// It is over; always the last call. `error`: null when it was closed or aborted; else what a
  /// call threw, or `cancelled`.
  virtual void connection_lost(std::exception_ptr /*error*/) {}
};

}  // namespace pirn::net
