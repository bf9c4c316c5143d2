#include "pirn/http/server.hpp"

#include "pirn/core/within.hpp"
#include "pirn/http/server_connection.hpp"

namespace pirn::http {

task<> serve_connection(net::tcp_stream peer, const handler& answer, const server_options& options,
                        const net::failure_sink& failures) {
  detail::server_connection connection(std::move(peer), answer, options, failures);
  cancel_scope deadline;
  bool ended = co_await within(deadline, connection.run(deadline));
  if (!ended) co_await connection.tell_timeout();
}

task<> serve(net::listener& where, handler answer, server_options options,
             net::failure_sink failures) {
  auto handle = [&](net::tcp_stream peer) {
    return serve_connection(std::move(peer), answer, options, failures);
  };
  co_await net::serve_on(where, handle, {.grace = options.grace}, failures);
}

}  // namespace pirn::http
