#include "pirn/net/protocol.hpp"

#include <algorithm>
#include <stdexcept>

namespace pirn::net {

// The driver lends the memory in which bytes arrive, and only what is there is copied: no room of
// the protocol's is lent to the kernel while a connection waits.
std::size_t buffered_protocol::take(std::span<const std::byte> bytes) {
  const std::span<std::byte> room = get_buffer(bytes.size());
  if (room.empty()) throw std::runtime_error("get_buffer() gave an empty buffer");
  const std::size_t count = std::min(room.size(), bytes.size());
  std::ranges::copy(bytes.first(count), room.begin());
  buffer_updated(count);
  return count;
}

}  // namespace pirn::net
