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

/// Listens on `local` and serves; with `reuse_port`, several loops can (run()'s `workers`).
/// Example: examples/22_echo.cpp
template <class Handler>
task<> serve(endpoint local, Handler handler, listen_options options = {}) {
  listener where(local, options);
  co_await serve_on(where, std::move(handler));
}

namespace detail {

/// Takes the next connection; pauses while the system is short of descriptors or memory.
task<tcp_stream> accept_patiently(listener& where, duration pause);

/// Whether `error` is what the network or the system did: a std::system_error.
bool is_network_failure(const std::exception_ptr& error) noexcept;

template <class Handler>
task<> handle_one(const Handler& handler, tcp_stream peer, const failure_sink& failures) {
  endpoint address = peer.peer();
  std::exception_ptr error;
  try {
    co_await std::invoke(handler, std::move(peer));
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  if (failures) {
    failures(address, error);
  } else if (!is_network_failure(error)) {
    std::rethrow_exception(error);
  }
}

/// `handlers` is null once their group is about to end: a connection that was accepted at that very
/// moment is closed.
template <class Handler>
task<> accept_all(task_group* const& handlers, listener& where, const Handler& handler,
                  const serve_options& options, const failure_sink& failures) {
  for (;;) {
    tcp_stream peer = co_await accept_patiently(where, options.shortage_pause);
    if (handlers == nullptr) co_return;
    handlers->start(handle_one(handler, std::move(peer), failures));
  }
}

/// Runs inside the scope that keeps the handlers out of reach: waits for the end of the acceptor,
/// which lives outside of it, then lets the handlers go on for the grace.
template <class Handler>
task<> serve_kept(task_group*& handlers, task_group& outer, cancel_scope& keep, listener& where,
                  const Handler& handler, const serve_options& options,
                  const failure_sink& failures) {
  child<void> acceptor = outer.start(accept_all(handlers, where, handler, options, failures));
  try {
    co_await acceptor;
  } catch (...) {  // known to the outer group
  }
  handlers = nullptr;  // the acceptor may have one more connection when a handler's failure ends it
  keep.set_deadline(saturating_add(now(), options.grace));
}

}  // namespace detail

template <class Handler>
task<> serve_on(listener& where, Handler handler, serve_options options, failure_sink failures) {
  task_record& me = co_await this_task_record{};
  task_group outer(me);
  cancel_scope keep(scope_options{.shield = true});
  task_group* handlers = nullptr;
  std::exception_ptr error;
  try {
    auto body = [&](task_group& group) {
      handlers = &group;
      return detail::serve_kept(handlers, outer, keep, where, handler, options, failures);
    };
    co_await within(keep, with_group(body));
  } catch (...) {
    error = std::current_exception();
  }
  co_await outer.join_first(error);
}

}  // namespace pirn::net
