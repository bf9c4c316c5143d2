// server: accepts connections and runs a handler for each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/sync/semaphore.hpp"

namespace pirn::net {

/// How a server ends, and what a connection may cost it.
struct serve_options {
  /// After the server was cancelled, how long the handlers may go on before they are cancelled too.
  duration grace{};
  /// How long to wait after an accept failed for want of descriptors or memory.
  duration shortage_pause = std::chrono::milliseconds(100);
  /// Connections at a time; while there are so many the server takes no more, and those that come
  /// wait in the listener's backlog. 0: no limit.
  std::size_t connections_max = 0;
  /// Ends a connection once none of its handler's tasks has run for so long. A write that goes on
  /// slowly is no idleness, where the system can tell: on TCP. 0: never.
  duration idle_timeout{};
  /// Ends a connection on which a read has waited for so long, whatever else its handler does
  /// meanwhile. A read inside a select() is not looked at. 0: never.
  duration read_timeout{};
};
static_assert(std::is_trivially_copyable_v<serve_options>);

/// Told of a handler's failure: the peer and what was thrown.
using failure_sink = std::function<void(const endpoint& peer, const std::exception_ptr& error)>;

/// Accepts connections on `where` for ever and runs `handler(stream)`, a task, for each. A handler
/// that fails ends its own connection alone and the failure goes to `failures`. Without that, what
/// the network or the peer did (std::system_error, timeout_error, io::limit_exceeded,
/// io::incomplete_read) is the connection's end, and anything else ends the server. What
/// idle_timeout and read_timeout end is cancelled, and the failure is a std::system_error with
/// ETIMEDOUT.
///
/// Cancel: takes no more connections; the handlers are given `grace`, then cancelled.
/// Cost:   of the time-outs, one timer a connection, which looks once a time-out when the tasks
///         began to wait; a read or a write costs nothing more.
template <class Handler>
task<> serve_on(listener& where, Handler handler, serve_options options = {},
                failure_sink failures = {});

namespace detail {

/// Takes the next connection; pauses while the system is short of descriptors or memory.
task<tcp_stream> accept_patiently(listener& where, duration pause, accept_mode mode);

/// Runs a handler's work until a time-out ends it.
/// Throws: std::system_error with ETIMEDOUT.
task<> within_timeouts(endpoint peer, task<> work, serve_options options);

/// Tells `failures` of a connection's failure; where there is no sink, rethrows it, but not what
/// the network, the system or the peer did.
void report_failure(const endpoint& peer, const std::exception_ptr& error,
                    const failure_sink& failures);

/// The handlers of a server. One that fails ends alone, and its failure is told with its peer's
/// address: that is noted beside the task, at its own length, for there may be a million.
class handler_group final : public task_group {
 public:
  handler_group(task_record& owner, const failure_sink& failures)
      : task_group(owner), failures_(failures) {}

 private:
  void child_failed(const task_record& child, std::exception_ptr error) noexcept override;

  const failure_sink& failures_;
};

/// A server while it runs. Two groups: what cancels it reaches the acceptor in the one; the
/// handlers in the other stand in a shield, which ends with their grace.
template <class Handler>
class server_run {
 public:
  server_run(listener& where, const Handler& handler, const serve_options& options,
             const failure_sink& failures)
      : where_(where),
        handler_(handler),
        options_(options),
        failures_(failures),
        places_(options.connections_max == 0 ? PTRDIFF_MAX
                                             : static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                                   options.connections_max, PTRDIFF_MAX))) {}

  task<> run() {
    task_record& me = co_await this_task_record{};
    task_group acceptors(me);
    std::exception_ptr error;
    try {
      co_await within(shield_, run_handlers(acceptors));
    } catch (...) {
      error = std::current_exception();
    }
    co_await acceptors.join_first(error);
  }

 private:
  bool has_limits() const noexcept {
    return options_.connections_max != 0 || options_.idle_timeout != duration{} ||
           options_.read_timeout != duration{};
  }

  task<> run_handlers(task_group& acceptors) {
    task_record& me = co_await this_task_record{};
    handler_group handlers(me, failures_);
    std::exception_ptr error;
    try {
      co_await serve(handlers, acceptors);
    } catch (...) {
      error = std::current_exception();
    }
    co_await handlers.join(error);
  }

  task<> serve(handler_group& handlers, task_group& acceptors) {
    handlers_ = &handlers;
    child<void> acceptor = acceptors.start(accept_all());
    try {
      co_await acceptor;
    } catch (...) {  // known to its group
    }
    handlers_ = nullptr;
    shield_.set_deadline(saturating_add(now(), options_.grace));
    // Those that the driver had taken already have nobody else.
    for (;;) {
      semaphore_permit place = co_await places_.scoped_acquire();
      std::optional<tcp_stream> peer = co_await where_.accept_taken();
      if (!peer) co_return;
      start(handlers, *std::move(peer), std::move(place));
    }
  }

  task<> accept_all() {
    const accept_mode mode =
        options_.connections_max == 0 ? accept_mode::ahead : accept_mode::single;
    for (;;) {
      semaphore_permit place = co_await places_.scoped_acquire();
      tcp_stream peer = co_await accept_patiently(where_, options_.shortage_pause, mode);
      if (handlers_ == nullptr) co_return;  // it came while a handler's failure ended the server
      start(*handlers_, std::move(peer), std::move(place));
    }
  }

  // A connection costs its handler's frame and a record; a frame around it only where it has
  // limits.
  void start(handler_group& handlers, tcp_stream peer, semaphore_permit place) {
    const endpoint address = peer.peer();
    try {
      if (has_limits()) {
        handlers.start_noted(address.packed(), limited(std::move(peer), std::move(place)));
      } else {
        handlers.start_noted(address.packed(), std::invoke(handler_, std::move(peer)));
      }
    } catch (...) {  // a handler that is no coroutine
      report_failure(address, std::current_exception(), failures_);
    }
  }

  // The handler has its stream, so its place is free when the connection is closed.
  task<> limited(tcp_stream peer, semaphore_permit /*place*/) {
    endpoint address = peer.peer();
    co_await within_timeouts(address, std::invoke(handler_, std::move(peer)), options_);
  }

  listener& where_;
  const Handler& handler_;
  const serve_options& options_;
  const failure_sink& failures_;
  semaphore places_;
  cancel_scope shield_{scope_options{.shield = true}};
  handler_group* handlers_ = nullptr;  // null once they are about to end
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
/// Source: asyncio.start_server(), and Server.serve_forever().
inline constexpr detail::serve_call serve{};

}  // namespace pirn::net
