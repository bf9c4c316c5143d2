// connect: a connection to a host by name, by whichever of its addresses answers first.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "pirn/net/tcp_stream.hpp"

namespace pirn::net {

struct connect_options {
  stream_options stream{};
  /// How long an address is tried alone before the next one is tried beside it.
  duration attempt_delay = std::chrono::milliseconds(250);
};
static_assert(std::is_trivially_copyable_v<connect_options>);

/// Connects to `host`, whose addresses are tried in turn, the families alternating, the one that
/// the resolver prefers first. The next address is tried when the last attempt has gone on for
/// `attempt_delay`, and at once when one fails; those before it go on. The first to be connected
/// wins, and the others are cancelled and closed.
///
/// Throws: std::system_error of the resolver; when no address answers, one with the first address's
///         error, whose message tells of each: "connect example.org:80 ([2001:db8::1]:80: Network
///         is unreachable; 192.0.2.1:80: Connection refused): Network is unreachable".
/// Cancel: nothing stays behind.
/// Source: RFC 8305 (Happy Eyeballs, version 2), sections 4 to 6, over getaddrinfo, which tells of
///         both families at once; asyncio's create_connection(happy_eyeballs_delay=...).
task<tcp_stream> connect(std::string host, std::uint16_t port, connect_options options = {});
/// The same with the port of a service, by name or number: `connect("example.org", "https")`.
/// Throws: also std::system_error for one that is not known ("port of htps: Unknown service").
task<tcp_stream> connect(std::string host, std::string service, connect_options options = {});

/// The same with addresses at hand; `name` is what the message calls them.
/// Requires: there is an address.
task<tcp_stream> connect_to_any(std::string name, std::vector<endpoint> addresses,
                                connect_options options = {});

}  // namespace pirn::net
