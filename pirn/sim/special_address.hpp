// special_address: addresses that name no host, or many, or this one.
#pragma once

#include "pirn/base/endpoint.hpp"

namespace pirn::sim {

/// Whether any address is meant: 0.0.0.0, [::].
bool is_wildcard(const endpoint& at) noexcept;
/// Whether many are meant: a multicast group; every host of the network.
bool is_multicast(const endpoint& at) noexcept;
bool is_broadcast(const endpoint& at) noexcept;
/// This host's own address, of the same family and with the same port.
endpoint loopback_of(const endpoint& like) noexcept;

}  // namespace pirn::sim
