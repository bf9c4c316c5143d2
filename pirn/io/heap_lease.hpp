// heap_lease: bytes in memory of their own, as a lease.
#pragma once

#include <cstddef>
#include <span>

#include "pirn/core/lease.hpp"

namespace pirn::io {

/// Memory that is filled and then handed on as a lease, which frees it.
///
/// Cost: one allocation.
class heap_buffer {
 public:
  /// Requires: size_bytes < 4 GiB.
  explicit heap_buffer(std::size_t size_bytes);
  heap_buffer(heap_buffer&&) = delete;
  ~heap_buffer();

  std::span<std::byte> bytes() noexcept { return {memory_, size_bytes_}; }
  /// Gives the first `count_bytes` away; the buffer is empty then. A lease of none is an empty one,
  /// and the buffer stays.
  lease lend(std::size_t count_bytes) noexcept;

 private:
  std::byte* memory_;
  std::size_t size_bytes_;
};

}  // namespace pirn::io
