// create_server: accepts connections, and lets a protocol have each.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "pirn/core/task_group.hpp"
#include "pirn/net/create_connection.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/net/server.hpp"

namespace pirn::net {

struct protocol_server_options {
  /// How long to wait after an accept failed for want of descriptors or memory.
  duration shortage_pause = std::chrono::milliseconds(100);
};
static_assert(std::is_trivially_copyable_v<protocol_server_options>);

class protocol_server;

namespace detail {

using any_protocol_factory = std::move_only_function<std::shared_ptr<base_protocol>()>;

/// The part of create_server() that does not depend on the factory's type.
class protocol_server_maker {
 public:
  static protocol_server make(task_group& group, any_protocol_factory factory, listener where,
                              const protocol_server_options& options, failure_sink failures,
                              stream_wrapper wrap);
};

}  // namespace detail

/// The handle of a server in callback style. May be dropped: the server goes on.
///
/// Threads: its loop's.
/// Source:  asyncio.Server.
class protocol_server {
 public:
  /// The address as bound: with the port that the system chose for port 0.
  const endpoint& local() const noexcept { return local_; }

  /// Takes no more connections; those that are there go on. Twice does nothing.
  void close() noexcept { acceptor_.cancel(); }
  bool is_serving() const noexcept {
    return !acceptor_.has_ended() && !acceptor_.record().is_cancelled();
  }

 private:
  friend class detail::protocol_server_maker;
  protocol_server(const endpoint& local, child<> acceptor)
      : local_(local), acceptor_(std::move(acceptor)) {}

  endpoint local_;
  child<> acceptor_;
};

/// Accepts connections on `where`, and calls `factory()` for a protocol for each.
///
/// The acceptor and the connections are children of `group`, so it does not end before the server
/// is closed and its connections have ended, or it is cancelled. A connection that fails ends
/// alone, and the failure goes to `failures`; without that, what the network did (a
/// std::system_error) is told to its connection_lost() alone, and anything else, which is a
/// mistake in a protocol or the factory, is the group's failure. With `wrap`, each connection is
/// what that makes of it, before its protocol is made; tls::create_server() uses it.
///
/// Cost:    of a connection its transport with its protocol, and the task that reads.
/// Source:  asyncio's loop.create_server(), create_unix_server().
/// Example: examples/44_protocol.cpp
template <protocol_factory Factory>
protocol_server create_server(task_group& group, Factory factory, listener where,
                              protocol_server_options options = {}, failure_sink failures = {},
                              stream_wrapper wrap = {}) {
  return detail::protocol_server_maker::make(group, std::move(factory), std::move(where), options,
                                             std::move(failures), std::move(wrap));
}

/// Listens on an address, which may be a Unix socket's.
/// Throws: std::system_error that names the address.
template <protocol_factory Factory>
protocol_server create_server(task_group& group, Factory factory, const endpoint& local,
                              listen_options listening = {}, protocol_server_options options = {},
                              failure_sink failures = {}) {
  return create_server(group, std::move(factory), listener(local, listening), options,
                       std::move(failures));
}

}  // namespace pirn::net
