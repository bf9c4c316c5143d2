// create_connection: secure connections in callback style; with create_server, start_tls.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "pirn/net/create_connection.hpp"
#include "pirn/net/create_server.hpp"
#include "pirn/tls/stream.hpp"

namespace pirn::tls {

/// Connects by TLS, and lets `factory()`'s protocol have the connection, as
/// net::create_connection() does; `transport->stream<tls::stream>()` tells what was agreed on.
///
/// Throws: what tls::connect() throws; then the factory was not called.
/// Source: asyncio's loop.create_connection(ssl=...).
template <class Factory>
  requires net::protocol_factory<std::decay_t<Factory>>
auto create_connection(task_group& group, Factory&& factory, std::string host, std::uint16_t port,
                       context how, net::connect_options options = {}) {
  return net::create_connection(group, std::forward<Factory>(factory),
                                connect(std::move(host), port, std::move(how), options));
}

/// Makes streams secure as their server, for net::create_server().
net::stream_wrapper as_server(context how);

/// Accepts connections by TLS, as net::create_server() does; a handshake that fails is its
/// connection's end, and is told to `failures`.
///
/// Source: asyncio's loop.create_server(ssl=...).
template <net::protocol_factory Factory>
net::protocol_server create_server(task_group& group, Factory factory, net::listener where,
                                   context how, net::protocol_server_options options = {},
                                   net::failure_sink failures = {}) {
  return net::create_server(group, std::move(factory), std::move(where), options,
                            std::move(failures), as_server(std::move(how)));
}

/// Makes a connection secure that has begun in the clear, as transport::replace_stream() has it:
/// what was written before goes in the clear, what is written after it does not, and what was
/// received is neither. As a client, `host` is whom the server's certificate must name; for a
/// server, leave it out. A handshake that fails breaks the connection off.
///
/// The protocol is not told; `to.wait_replaced()` waits for it.
/// Source: asyncio's loop.start_tls().
void start_tls(net::transport& to, context how, std::string host = {});

}  // namespace pirn::tls
