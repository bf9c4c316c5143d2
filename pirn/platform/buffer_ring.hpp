// buffer_ring: small buffers that the kernel itself picks from when bytes arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pirn/core/lease.hpp"
#include "pirn/platform/mapping.hpp"
#include "pirn/platform/uring.hpp"

namespace pirn::detail {

/// How many small buffers, and how large. All are powers of two.
struct buffer_ring_setup {
  unsigned size_bytes = 8192;
  unsigned at_first = 64;
  unsigned at_most = 4096;
};

/// A provided-buffer ring: the kernel takes a buffer from it when bytes arrive for a connection, so
/// that one that waits holds none. It begins small, which keeps it in the processor's cache, and
/// doubles whenever the kernel finds it empty, up to its limit. Addresses are set aside for all;
/// pages come with the first bytes in them.
class buffer_ring final : public lender {
 public:
  static constexpr std::uint16_t group = 0;

  /// Throws: std::system_error when the kernel refuses it.
  buffer_ring(uring& ring, const buffer_ring_setup& setup);
  buffer_ring(buffer_ring&&) = delete;  // leases point at it

  /// Doubles the number of buffers.
  /// Returns: false when that would be above the limit.
  bool grow() noexcept;

  unsigned size_bytes() const noexcept { return size_bytes_; }
  std::byte* data(std::uint32_t id) const noexcept {
    return buffers_.data() + (std::size_t{id} << size_shift_);
  }

  /// Lets the kernel have the buffer again.
  void give(std::uint32_t id) noexcept { take_back(data(id), id); }
  void take_back(std::byte* buffer, std::uint32_t id) noexcept override;

  /// Buffers made so far; those that the kernel may pick now are among them.
  unsigned count() const noexcept { return count_; }

  // A connection that receives more than is asked for keeps its chunks in a list by their ids.
  struct chunk {
    std::uint32_t size_bytes = 0;
    std::uint32_t offset = 0;
    std::uint16_t next = 0;
  };
  chunk& chunk_of(std::uint32_t id) noexcept { return chunks_[id]; }

 private:
  void add(unsigned buffers) noexcept;

  mapping entries_;
  mapping buffers_;
  std::vector<chunk> chunks_;
  unsigned size_bytes_;
  unsigned size_shift_;
  std::uint32_t mask_;  // of places in the ring
  unsigned count_ = 0;
  std::uint16_t tail_ = 0;
};

}  // namespace pirn::detail
