// known_port: the ports of the services that everybody knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pirn::net {

/// The port of a service by TCP that has one everywhere ("https": 443), or that is a number itself
/// ("8080"): nobody need be asked for it, and it is the same on each machine and on virtual time.
/// Source: IANA's registry of service names.
std::optional<std::uint16_t> known_port(std::string_view service) noexcept;

}  // namespace pirn::net
