#include "pirn/sim/packet.hpp"

#include <algorithm>
#include <memory>
#include <new>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/network.hpp"

namespace pirn::sim {

void packet::append(std::span<const std::byte> more) noexcept {
  PIRN_ASSERT(more.size() <= room(), "a packet has its size");
  std::ranges::copy(more, bytes() + size);
  size += static_cast<std::uint32_t>(more.size());
}

void packet::fire() noexcept {
  to->net().arrived(*this);
}

packet_pool::~packet_pool() {
  PIRN_ASSERT(out_ == 0, "a lease may not outlive the driver that it came from");
  for (intrusive_list<packet>& each : free_) {
    while (!each.empty()) destroy(each.pop_front());
  }
}

packet& packet_pool::take(decision kind, std::uint32_t capacity_bytes) {
  PIRN_ASSERT(capacity_bytes <= packet_max_bytes, "a packet of at most packet_max_bytes");
  std::uint8_t size_class = 0;
  while (capacities[size_class] < capacity_bytes) ++size_class;
  packet* taken = nullptr;
  if (!free_[size_class].empty()) {
    taken = &free_[size_class].pop_front();
  } else {
    void* memory = ::operator new(sizeof(packet) + capacities[size_class]);
    taken = ::new (memory) packet(size_class, capacities[size_class]);
  }
  taken->kind = kind;
  taken->size = taken->used = 0;
  ++out_;
  return *taken;
}

void packet_pool::put(packet& used) noexcept {
  --out_;
  if constexpr (detail::sanitized) {
    destroy(used);
  } else {
    free_[used.size_class_].push_front(used);  // the warmest is used first
  }
}

void packet_pool::destroy(packet& dead) noexcept {
  std::destroy_at(&dead);
  ::operator delete(&dead);
}

// A lease knows its buffer, not the packet in front of it; the number that it carries says how far
// back that is.
lease packet_pool::lend(packet& from) noexcept {
  const std::span<const std::byte> unread = from.unread();
  return {*this, from.bytes() + from.used, from.used, static_cast<std::uint32_t>(unread.size())};
}

void packet_pool::take_back(std::byte* buffer, std::uint32_t used) noexcept {
  put(*std::launder(reinterpret_cast<packet*>(buffer - used - sizeof(packet))));
}

}  // namespace pirn::sim
