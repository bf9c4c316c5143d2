// server: answers HTTP/1.1 requests on a listener.
#pragma once

#include <functional>

#include "pirn/http/codec.hpp"
#include "pirn/http/exchange.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/server.hpp"
#include "pirn/tls/context.hpp"

namespace pirn::http {

/// Answers one request.
using handler = std::function<task<>(exchange&)>;

struct server_options {
  codec_limits limits{.body_max_bytes = 64 * 1024 * 1024};
  duration head_timeout = std::chrono::seconds(10);  ///< for a head to arrive whole; then 408
  duration idle_timeout = std::chrono::seconds(75);  ///< between requests; then the connection ends
  duration body_timeout = std::chrono::seconds(30);  ///< for the next piece of a body
  duration write_timeout = std::chrono::seconds(30);  ///< for the client to take what is sent
  /// Every connection comes through a proxy, which says by the PROXY protocol who the client is,
  /// and that is exchange::peer() then; within head_timeout.
  bool behind_proxy = false;
  std::size_t connections_max = 0;  ///< at a time, as net::serve_options says; 0: no limit
  duration grace =
      std::chrono::seconds(5);  ///< for requests under way when the server is cancelled
};

/// Serves HTTP on `where` until it is cancelled. Malformed requests are answered 400, 408, 413,
/// 414, 431, 501 or 505 and the connection ends; a handler that throws is answered 500 and told to
/// `failures`, if given.
///
/// Cancel:   no more connections are taken; requests under way get the grace.
/// Lifetime: the listener must outlive it.
task<> serve(net::listener& where, handler answer, server_options options = {},
             net::failure_sink failures = {});

/// The same by HTTPS. A handshake that fails is its connection's end, and is told to `failures`.
task<> serve_tls(net::listener& where, tls::context how, handler answer,
                 server_options options = {}, net::failure_sink failures = {});

/// Serves one connection to its end: keep-alive, pipelining. `from`: what exchange::peer() says.
task<> serve_connection(io::any_stream peer, endpoint from, const handler& answer,
                        const server_options& options, const net::failure_sink& failures);

}  // namespace pirn::http
