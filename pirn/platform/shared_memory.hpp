// shared_memory: pages that processes have in common, known by a descriptor and by no name.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "pirn/platform/fd.hpp"
#include "pirn/platform/mapping.hpp"

namespace pirn {

/// A block of memory that other processes see when they are given its descriptor. It has no name,
/// so nothing is left of it when the last process that has it ends, however it ends.
///
/// Its size never changes, so that no process can pull the pages from under another one.
class shared_memory {
 public:
  shared_memory() = default;
  /// Makes a block of zeros.
  /// Throws: std::system_error.
  explicit shared_memory(std::size_t size_bytes);
  /// Takes part in the block that a descriptor stands for.
  /// Throws: std::system_error; std::invalid_argument when it is none of these blocks.
  explicit shared_memory(unique_fd descriptor);

  std::span<std::byte> bytes() const noexcept { return {pages_.data(), size_bytes_}; }
  int descriptor() const noexcept { return descriptor_.get(); }

 private:
  void map();

  unique_fd descriptor_;
  std::size_t size_bytes_ = 0;
  detail::mapping pages_;
};

}  // namespace pirn
