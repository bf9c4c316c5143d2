// create_connection: connects, and lets a protocol have the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/net/connect.hpp"
#include "pirn/net/protocol.hpp"
#include "pirn/net/transport.hpp"

namespace pirn::net {

/// Makes a protocol for a connection: gives a `unique_ptr` or `shared_ptr` to it.
template <class Factory>
concept protocol_factory =
    std::is_invocable_v<Factory&> &&
    std::is_convertible_v<std::invoke_result_t<Factory&>, std::shared_ptr<base_protocol>>;

/// The protocol that a factory makes.
template <protocol_factory Factory>
using protocol_of = typename std::invoke_result_t<Factory&>::element_type;

/// A connection in callback style: both of its ends in the program. May be dropped: the connection
/// goes on without it.
template <class Protocol>
struct connection {
  std::shared_ptr<net::transport> transport;
  std::shared_ptr<Protocol> protocol;
};

namespace detail {

/// Starts the connection's task in the group, and waits for connection_made().
task<std::shared_ptr<transport>> start_connection(task_group& group, io::any_stream connected,
                                                  std::shared_ptr<base_protocol> told);

template <class Factory>
task<connection<protocol_of<Factory>>> adopt(task_group& group, Factory factory,
                                             io::any_stream connected) {
  std::shared_ptr<protocol_of<Factory>> made = std::invoke(factory);
  std::shared_ptr<transport> started = co_await start_connection(group, std::move(connected), made);
  connection<protocol_of<Factory>> both{std::move(started), std::move(made)};
  co_return both;
}

template <class Factory, class Stream>
task<connection<protocol_of<Factory>>> connect_first(task_group& group, Factory factory,
                                                     task<Stream> connecting) {
  Stream made = co_await std::move(connecting);
  io::any_stream connected(std::move(made));
  connection<protocol_of<Factory>> both =
      co_await adopt(group, std::ref(factory), std::move(connected));
  co_return both;
}

}  // namespace detail

/// Lets `factory()`'s protocol have a connection that is there: a stream of any kind, accepted by
/// oneself, say, or a pipe's end.
///
/// The connection is a child of `group`, which waits for its end, and cancels it with the others.
/// What the network did to it (a std::system_error) is told to connection_lost(); anything else
/// that a call throws is the group's failure, too.
///
/// Returns: a task that gives transport and protocol, after connection_made():
///          `auto [transport, protocol] = co_await create_connection(group, factory, where);`
/// Source:  asyncio's loop.create_connection(sock=...), connect_accepted_socket(),
///          connect_read_pipe(), connect_write_pipe().
/// Example: examples/44_protocol.cpp
template <class Factory>
  requires protocol_factory<std::decay_t<Factory>>
auto create_connection(task_group& group, Factory&& factory, io::any_stream connected) {
  static_assert(pirn::detail::callable_survives<Factory>, PIRN_CLOSURE_ADVICE);
  return detail::adopt(group, std::forward<Factory>(factory), std::move(connected));
}

/// Waits for the stream first: `create_connection(group, factory, tls::connect(host, 443, how))`.
/// Throws, Cancel: as the one who connects; then the factory was not called.
template <class Factory, io::byte_stream Stream>
  requires protocol_factory<std::decay_t<Factory>>
auto create_connection(task_group& group, Factory&& factory, task<Stream> connecting) {
  static_assert(pirn::detail::callable_survives<Factory>, PIRN_CLOSURE_ADVICE);
  return detail::connect_first(group, std::forward<Factory>(factory), std::move(connecting));
}

/// Connects to `remote` first; the address may be a Unix socket's.
///
/// Throws: std::system_error that names the address; then the factory was not called.
/// Cancel: nothing stays behind; once it is connected, the connection is the group's.
/// Source: asyncio's loop.create_connection(), create_unix_connection().
template <class Factory>
  requires protocol_factory<std::decay_t<Factory>>
auto create_connection(task_group& group, Factory&& factory, const endpoint& remote,
                       stream_options options = {}) {
  static_assert(pirn::detail::callable_survives<Factory>, PIRN_CLOSURE_ADVICE);
  return detail::connect_first(group, std::forward<Factory>(factory), connect(remote, options));
}

/// Connects to the address of `host` that answers first, as `connect(host, port)` does.
template <class Factory>
  requires protocol_factory<std::decay_t<Factory>>
auto create_connection(task_group& group, Factory&& factory, std::string host, std::uint16_t port,
                       connect_options options = {}) {
  static_assert(pirn::detail::callable_survives<Factory>, PIRN_CLOSURE_ADVICE);
  return detail::connect_first(group, std::forward<Factory>(factory),
                               connect(std::move(host), port, options));
}
/// The same with a service's name or number, as `connect(host, service)` has it.
template <class Factory>
  requires protocol_factory<std::decay_t<Factory>>
auto create_connection(task_group& group, Factory&& factory, std::string host, std::string service,
                       connect_options options = {}) {
  static_assert(pirn::detail::callable_survives<Factory>, PIRN_CLOSURE_ADVICE);
  return detail::connect_first(group, std::forward<Factory>(factory),
                               connect(std::move(host), std::move(service), options));
}

}  // namespace pirn::net
