// create_datagram_endpoint: lets a protocol have a datagram socket.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "pirn/net/datagram_transport.hpp"

namespace pirn::net {

/// Makes a protocol for a datagram socket: gives a `unique_ptr` or `shared_ptr` to it.
template <class Factory>
concept datagram_protocol_factory =
    std::is_invocable_v<Factory&> &&
    std::is_convertible_v<std::invoke_result_t<Factory&>, std::shared_ptr<datagram_protocol>>;

/// A datagram socket in callback style. May be dropped: it goes on without it.
template <class Protocol>
struct datagram_endpoint {
  std::shared_ptr<datagram_transport> transport;
  std::shared_ptr<Protocol> protocol;
};

namespace detail {

template <class Factory>
using datagram_protocol_of = typename std::invoke_result_t<Factory&>::element_type;

template <class Factory>
task<datagram_endpoint<datagram_protocol_of<Factory>>> adopt_datagrams(task_group& group,
                                                                       Factory factory,
                                                                       udp_socket bound) {
  std::shared_ptr<datagram_protocol_of<Factory>> made = std::invoke(factory);
  std::shared_ptr<datagram_transport> started =
      co_await start_datagrams(group, std::move(bound), made);
  datagram_endpoint<datagram_protocol_of<Factory>> both{std::move(started), std::move(made)};
  co_return both;
}

}  // namespace detail

/// Lets `factory()`'s protocol have a socket: `udp_socket(where)`, or `connect_udp(peer)`, whose
/// protocol hears that peer alone. The socket's task is a child of `group`, which waits for its
/// end, and cancels it with the others; what a call throws is the group's failure.
///
/// Returns: a task that gives transport and protocol, after connection_made():
///     auto [transport, protocol] = co_await create_datagram_endpoint(group, factory,
///     std::move(s));
/// Cost:    as udp_socket::receive_many(), one call of the system for what has come.
/// Source:  asyncio's loop.create_datagram_endpoint().
template <class Factory>
  requires datagram_protocol_factory<std::decay_t<Factory>>
auto create_datagram_endpoint(task_group& group, Factory&& factory, udp_socket bound) {
  static_assert(pirn::detail::callable_survives<Factory>, PIRN_CLOSURE_ADVICE);
  return detail::adopt_datagrams(group, std::forward<Factory>(factory), std::move(bound));
}

}  // namespace pirn::net
