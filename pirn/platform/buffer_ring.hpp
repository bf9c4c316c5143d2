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
/// doubles whenever the kernel finds it empty, up to its limit.
class buffer_ring final : public lender {
 public:
  static constexpr std::uint16_t group = 0;

  /// Throws: std::system_error when the kernel refuses it.
  buffer_ring(uring& ring, const buffer_ring_setup& setup);
  buffer_ring(buffer_ring&&) = delete;  // leases point at it

  /// Doubles the number of buffers. Returns: false when that is the limit or there is no memory.
  bool grow() noexcept;

  unsigned size_bytes() const noexcept { return size_bytes_; }
  std::byte* data(std::uint32_t id) const noexcept {
    return slabs_[id >> slab_shift_].data() + std::size_t{id & (slab_buffers_ - 1)} * size_bytes_;
  }

  /// Lets the kernel have the buffer again.
  void give(std::uint32_t id) noexcept;
  void take_back(std::byte*, std::uint32_t id) noexcept override { give(id); }

  /// Buffers made so far; those that the kernel may pick now are among them.
  unsigned count() const noexcept { return count_; }

  // A connection that receives more than is asked for keeps its chunks in a list by their ids.
  struct chunk {
    std::uint32_t size_bytes = 0;
    std::uint32_t offset = 0;
    std::uint32_t next = 0;
  };
  chunk& chunk_of(std::uint32_t id) noexcept { return chunks_[id]; }

 private:
  void add_slab();

  mapping entries_;
  std::vector<mapping> slabs_;
  std::vector<chunk> chunks_;
  unsigned size_bytes_;
  unsigned slab_buffers_;  // buffers in one slab
  unsigned slab_shift_;
  unsigned limit_;  // entries in the ring
  unsigned count_ = 0;
  std::uint16_t tail_ = 0;
};

}  // namespace pirn::detail
