// server: accepts connections and runs a handler for each.
#pragma once

#include <functional>
#include <utility>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/net/serve_options.hpp"
#include "pirn/net/server_run.hpp"

namespace pirn::net {

/// Accepts connections on `where` for ever and runs `handler(stream)`, a task<>, for each. A
/// handler that fails ends its own connection alone and the failure goes to `failures`. Without
/// that, what the network or the peer did (std::system_error, timeout_error, io::limit_exceeded,
/// io::incomplete_read) is the connection's end, and anything else ends the server. What
/// idle_timeout and read_timeout end is cancelled, and the failure is a std::system_error with
/// ETIMEDOUT.
///
/// Cancel:  takes no more connections than wait already; the handlers are given `grace`, then
///          cancelled.
/// Cost:    of the time-outs, one timer a connection, which looks once a time-out when the tasks
///          began to wait; a read or a write costs nothing more.
/// Example: examples/47_production_server.cpp
template <class Handler>
task<> serve_on(listener& where, Handler handler, serve_options options = {},
                failure_sink failures = {});

namespace detail {

template <class Handler>
class server_of final : public server_run {
 public:
  server_of(listener& where, const Handler& handler, const serve_options& options,
            const failure_sink& failures)
      : server_run(where, options, failures), handler_(handler) {}

 private:
  task<> handle(tcp_stream peer) override { return std::invoke(handler_, std::move(peer)); }

  const Handler& handler_;
};

}  // namespace detail

template <class Handler>
task<> serve_on(listener& where, Handler handler, serve_options options, failure_sink failures) {
  detail::server_of<Handler> server(where, handler, options, failures);
  co_await server.run();
}

namespace detail {

struct serve_call {
  template <class Handler>
  task<> operator()(endpoint local, Handler handler, listen_options listening = {},
                    serve_options options = {}, failure_sink failures = {}) const {
    listener where(local, listening);
    co_await serve_on(where, std::move(handler), options, std::move(failures));
  }

  template <class Handler>
  task<> operator()(worker me, endpoint local, Handler handler, listen_options listening = {},
                    serve_options options = {}, failure_sink failures = {}) const {
    listener where(me, local, listening);
    co_await serve_on(where, std::move(handler), options, std::move(failures));
  }
};

}  // namespace detail

/// Listens on an address and serves: `serve(local, handler, listen_options, serve_options,
/// failure_sink)`, all after the handler optional. As run()'s main task it uses as many loops as
/// there are workers, each with its own listener; what cancels the run gives the handlers of all
/// their grace:
///
///     pirn::run({.workers = 4}, pirn::net::serve, pirn::net::any(1600), echo);
///
/// Throws: std::system_error that names the address; what serve_on throws.
/// Cancel: as serve_on.
/// Source: asyncio.start_server(), and Server.serve_forever().
inline constexpr detail::serve_call serve{};

}  // namespace pirn::net
