#include "pirn/http/server.hpp"

#include <cerrno>
#include <optional>

#include "pirn/core/within.hpp"
#include "pirn/http/server_connection.hpp"
#include "pirn/net/error.hpp"
#include "pirn/net/read_proxy_header.hpp"
#include "pirn/tls/stream.hpp"

namespace pirn::http {

namespace {

net::serve_options connections_of(const server_options& options) {
  return {.grace = options.grace, .connections_max = options.connections_max};
}

/// Who is at the other end of a new connection: the peer, or whom its proxy names.
task<endpoint> client_of(net::tcp_stream& peer, const server_options& options) {
  if (!options.behind_proxy) co_return peer.peer();
  std::optional<net::proxy_header> told =
      co_await move_on_after(options.head_timeout, net::read_proxy_header(peer));
  if (!told) throw net::failure("wait for a PROXY header from", peer.name(), ETIMEDOUT);
  if (told->is_local || told->source == endpoint()) co_return peer.peer();
  co_return told->source;
}

}  // namespace

task<> serve_connection(io::any_stream peer, endpoint from, const handler& answer,
                        const server_options& options, const net::failure_sink& failures) {
  detail::server_connection connection(std::move(peer), from, answer, options, failures);
  cancel_scope deadline;
  bool ended = co_await within(deadline, connection.run(deadline));
  if (!ended) co_await connection.tell_timeout();
  co_await connection.end();
}

task<> serve(net::listener& where, handler answer, server_options options,
             net::failure_sink failures) {
  auto handle = [&](net::tcp_stream peer) -> task<> {
    const endpoint from = co_await client_of(peer, options);
    co_await serve_connection(std::move(peer), from, answer, options, failures);
  };
  co_await net::serve_on(where, handle, connections_of(options), failures);
}

task<> serve_tls(net::listener& where, tls::context how, handler answer, server_options options,
                 net::failure_sink failures) {
  auto handle = [&](net::tcp_stream peer) -> task<> {
    const endpoint from = co_await client_of(peer, options);
    tls::stream secured = co_await tls::wrap_server(std::move(peer), how);
    co_await serve_connection(std::move(secured), from, answer, options, failures);
  };
  co_await net::serve_on(where, handle, connections_of(options), failures);
}

}  // namespace pirn::http
