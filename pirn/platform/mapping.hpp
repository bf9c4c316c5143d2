// mapping: pages of memory with an owner.
#pragma once

#include <cstddef>
#include <utility>

#include <sys/mman.h>
#include <sys/types.h>

namespace pirn::detail {

/// Pages from mmap(2), given back at the end.
class mapping {
 public:
  mapping() = default;

  /// Zeroed memory of this process.
  /// Throws: std::system_error when there is none.
  static mapping of_memory(std::size_t size_bytes);

  /// A part of what `descriptor` shares with the kernel. A forked child does not inherit it: it
  /// would write into its parent's queues.
  /// Throws: std::system_error.
  static mapping of_kernel(int descriptor, std::size_t size_bytes, off_t offset);

  /// What `descriptor`, a block of shared memory, stands for.
  /// Throws: std::system_error.
  static mapping of_shared(int descriptor, std::size_t size_bytes);

  mapping(mapping&& other) noexcept { swap(other); }
  mapping& operator=(mapping&& other) noexcept {
    mapping(std::move(other)).swap(*this);
    return *this;
  }
  ~mapping();

  std::byte* data() const noexcept { return data_; }

  template <class T>
  T* at(std::size_t offset_bytes) const noexcept {
    return reinterpret_cast<T*>(data_ + offset_bytes);
  }

 private:
  mapping(void* data, std::size_t size_bytes) noexcept
      : data_(static_cast<std::byte*>(data)), size_bytes_(size_bytes) {}

  void swap(mapping& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_bytes_, other.size_bytes_);
    std::swap(only_in_, other.only_in_);
  }

  std::byte* data_ = nullptr;
  std::size_t size_bytes_ = 0;
  pid_t only_in_ = 0;  // the one process that has it, 0 for all that were forked
};

}  // namespace pirn::detail
