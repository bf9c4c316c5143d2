#include "pirn/sim/special_address.hpp"

#include <algorithm>
#include <array>

namespace pirn::sim {

bool is_wildcard(const endpoint& at) noexcept {
  return at.ip() == std::array<std::uint8_t, 16>{};
}

bool is_multicast(const endpoint& at) noexcept {
  if (at.kind() == endpoint::family::ipv4) return (at.ip()[0] & 0xf0) == 0xe0;
  return at.kind() == endpoint::family::ipv6 && at.ip()[0] == 0xff;
}

bool is_broadcast(const endpoint& at) noexcept {
  return at.kind() == endpoint::family::ipv4 &&
         std::all_of(at.ip().begin(), at.ip().begin() + 4, [](auto byte) { return byte == 0xff; });
}

endpoint loopback_of(const endpoint& like) noexcept {
  if (like.kind() == endpoint::family::ipv4) return endpoint::ipv4({127, 0, 0, 1}, like.port());
  std::array<std::uint8_t, 16> ip{};
  ip.back() = 1;
  return endpoint::ipv6(ip, like.port());
}

}  // namespace pirn::sim
