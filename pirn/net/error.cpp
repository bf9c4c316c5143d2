#include "pirn/net/error.hpp"

#include <cstdlib>

#include "pirn/base/printable.hpp"

namespace pirn::net {

std::system_error failure(std::string_view operation, std::string_view object, int error) {
  std::string what(operation);
  what += ' ';
  what += printable(object);
  return std::system_error(std::abs(error), std::generic_category(), what);
}

std::string peer_name(const endpoint& peer, const endpoint& local) {
  if (peer.kind() != endpoint::family::none) return printable(peer.to_string());
  if (local.kind() != endpoint::family::none) return "a client of " + printable(local.to_string());
  return "an unnamed socket";
}

std::string peer_name(const socket& of) {
  const endpoint peer = of.peer();
  return peer_name(peer, peer.kind() == endpoint::family::none ? of.local() : endpoint());
}

}  // namespace pirn::net
