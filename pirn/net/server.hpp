// server: accepts connections and runs a handler for each.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/listener.hpp"

namespace pirn::net {

/// How a server ends and what it is told.
struct serve_options {
  /// After the server was cancelled, how long the handlers may go on before they are cancelled too.
  duration grace{};
  /// How long to wait after an accept failed for want of descriptors or memory.
  duration shortage_pause = std::chrono::milliseconds(100);
};

/// Told of a handler's failure: the peer and what was thrown.
using failure_sink = std::function<void(const endpoint& peer, const std::exception_ptr& error)>;

/// Accepts connections on `where` for ever and runs `handler(stream)`, a task, for each. A handler
/// that fails ends its own connection alone and the failure goes to `failures`; without that, what
/// the network did (a std::system_error) is the connection's end, and anything else ends the
/// server.
///
/// Cancel: takes no more connections; the handlers are given `grace`, then cancelled.
template <class Handler>
task<> serve_on(listener& where, Handler handler, serve_options options = {},
                failure_sink failures = {});

namespace detail {

/// Takes the next connection; pauses while the system is short of descriptors or memory.
task<tcp_stream> accept_patiently(listener& where, duration pause);

/// Tells `failures` of a connection's failure; where there is no sink, rethrows it, but not what
/// the network or the system did: a std::system_error.
void report_failure(const endpoint& peer, const std::exception_ptr& error,
                    const failure_sink& failures);

/// A server while it runs. Two groups: what cancels it reaches the acceptor in the one; the
/// handlers in the other stand in a shield, which ends with their grace.
template <class Handler>
class server_run {
 public:
  server_run(listener& where, const Handler& handler, const serve_options& options,
             const failure_sink& failures)
      : where_(where), handler_(handler), options_(options), failures_(failures) {}

  task<> run() {
    task_record& me = co_await this_task_record{};
    task_group acceptors(me);
    std::exception_ptr error;
    try {
      auto body = [&](task_group& handlers) { return serve(handlers, acceptors); };
      co_await within(shield_, with_group(body));
    } catch (...) {
      error = std::current_exception();
    }
    co_await acceptors.join_first(error);
  }

 private:
  task<> serve(task_group& handlers, task_group& acceptors) {
    handlers_ = &handlers;
    child<void> acceptor = acceptors.start(accept_all());
    try {
      co_await acceptor;
    } catch (...) {  // known to its group
    }
    handlers_ = nullptr;
    shield_.set_deadline(saturating_add(now(), options_.grace));
  }

  task<> accept_all() {
    for (;;) {
      tcp_stream peer = co_await accept_patiently(where_, options_.shortage_pause);
      if (handlers_ == nullptr) co_return;  // it came while a handler's failure ended the server
      handlers_->start(handle(std::move(peer)));
    }
  }

  task<> handle(tcp_stream peer) {
    endpoint address = peer.peer();
    std::exception_ptr error;
    try {
      co_await std::invoke(handler_, std::move(peer));
    } catch (const cancelled&) {
      throw;
    } catch (...) {
      error = std::current_exception();
    }
    if (error) report_failure(address, error, failures_);
  }

  listener& where_;
  const Handler& handler_;
  const serve_options& options_;
  const failure_sink& failures_;
  cancel_scope shield_{scope_options{.shield = true}};
  task_group* handlers_ = nullptr;  // null once they are about to end
};

}  // namespace detail

template <class Handler>
task<> serve_on(listener& where, Handler handler, serve_options options, failure_sink failures) {
  detail::server_run<Handler> server(where, handler, options, failures);
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
inline constexpr detail::serve_call serve{};

}  // namespace pirn::net
