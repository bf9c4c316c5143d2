// datagram: messages that arrive whole or not at all, as they are handed to a driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "pirn/base/endpoint.hpp"

namespace pirn {

/// How to open a datagram socket.
struct datagram_options {
  bool reuse_address = false;  ///< others may have the same address: for multicast
  bool reuse_port = false;     ///< sockets that share a port share out what arrives
  bool only_ipv6 = false;
  bool broadcast = false;        ///< allow sending to broadcast addresses
  int receive_buffer_bytes = 0;  ///< 0: the system's choice
  int send_buffer_bytes = 0;     ///< 0: the system's choice
};
static_assert(std::is_trivially_copyable_v<datagram_options>);

/// What can be set on a datagram socket that is open; each takes a number.
enum class datagram_setting : std::uint8_t {
  multicast_hops,       ///< how many hops a multicast goes: 0 stays on this host, 1 on its network
  multicast_loop,       ///< whether this host's own members hear what it sends
  multicast_interface,  ///< the index of the interface that multicast leaves by; 0: the system's
  coalescing,           ///< whether datagrams of one peer may be received in one piece
};

enum class membership : bool { join, leave };

/// A datagram that arrives. `bytes` is room at first, then what came.
struct incoming_datagram {
  std::span<std::byte> bytes;
  endpoint peer;
  /// Above zero: `bytes` are several datagrams of that size one after the other, the last one may
  /// be shorter. Only where coalescing was set.
  std::uint32_t segment_bytes = 0;
  bool is_truncated = false;  ///< it was larger than the room; the rest is lost
};

/// A datagram to send, to `to` or, where that is null, to the peer that the socket is connected to.
struct outgoing_datagram {
  std::span<const std::byte> bytes;
  const endpoint* to = nullptr;
};

}  // namespace pirn
