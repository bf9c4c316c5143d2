// packet: what travels between two simulated sockets, and the memory that it travels in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/lease.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"

namespace pirn::sim {

class network;
class stream_socket;

/// The most bytes that one packet carries.
inline constexpr std::uint32_t packet_max_bytes = 16 * 1024;

/// A packet: on its way an event (its arrival) and a node of its connection, then, if it has bytes,
/// a node of what the receiver has not yet read. The bytes follow it in memory; the same memory is
/// lent to leases.
class packet final : public simulated_event, public list_hook<> {
 public:
  stream_socket* to = nullptr;
  time_point since{};  ///< when it was sent
  decision kind = decision::data;
  std::uint32_t size = 0;  ///< bytes that it carries
  std::uint32_t used = 0;  ///< of these, already read

  std::byte* bytes() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  std::span<const std::byte> unread() noexcept { return {bytes() + used, size - used}; }
  std::uint32_t room() const noexcept { return capacity_ - size; }
  /// Puts bytes after those that it carries.
  /// Requires: there is room.
  void append(std::span<const std::byte> more) noexcept;

 private:
  friend class packet_pool;
  packet(std::uint8_t size_class, std::uint32_t capacity) noexcept
      : capacity_(capacity), size_class_(size_class) {}

  void fire() noexcept override;

  std::uint32_t capacity_;
  std::uint8_t size_class_;
};

/// Makes packets and uses them again. Under sanitizers none is used again, so that use after free
/// shows.
///
/// Lifetime: ends after all its packets and leases (asserted).
/// Cost:     allocates only while more packets of a size are out than ever before.
class packet_pool final : public lender {
 public:
  packet_pool() = default;
  packet_pool(packet_pool&&) = delete;  // leases point at it
  ~packet_pool();

  /// An empty packet with room for `capacity_bytes`.
  /// Requires: at most `packet_max_bytes`.
  packet& take(decision kind, std::uint32_t capacity_bytes);
  void put(packet& used) noexcept;

  /// The unread bytes of a packet, which comes back when the lease ends.
  lease lend(packet& from) noexcept;

  /// Packets and leases that are out.
  std::size_t out() const noexcept { return out_; }

 private:
  static constexpr std::array<std::uint32_t, 4> capacities = {0, 256, 2048, packet_max_bytes};

  void take_back(std::byte* buffer, std::uint32_t used) noexcept override;
  static void destroy(packet& dead) noexcept;

  std::array<intrusive_list<packet>, capacities.size()> free_;
  std::size_t out_ = 0;
};

}  // namespace pirn::sim
