// shared_block: bytes that processes have in common.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include "pirn/platform/shared_memory.hpp"
#include "pirn/remote/archive.hpp"

namespace pirn {

/// A block of memory that travels to another process without being copied: both then see the same
/// bytes. Copies share the block. It ends with the last process that has it; nothing is left behind
/// whatever happens.
///
/// To where descriptors cannot go (another machine) its bytes are copied.
/// Threads: the bytes are everyone's; who writes when is for the callers to agree, as by the result
///          of a call.
/// Source:  multiprocessing.shared_memory, without names that outlive a crash.
/// Example: examples/41_process_pool.cpp
class shared_block {
 public:
  shared_block() = default;
  /// Makes a block of zeros.
  /// Throws: std::system_error.
  explicit shared_block(std::size_t size_bytes)
      : memory_(std::make_shared<shared_memory>(size_bytes)) {}

  std::span<std::byte> bytes() const noexcept {
    return memory_ ? memory_->bytes() : std::span<std::byte>();
  }
  /// The block as an array; what is left of its end is not part of it.
  template <class T>
    requires std::is_trivially_copyable_v<T>
  std::span<T> as() const noexcept {
    return {reinterpret_cast<T*>(bytes().data()), bytes().size() / sizeof(T)};
  }

  void save(remote::archive_out& archive) const;
  void load(remote::archive_in& archive);

 private:
  std::shared_ptr<shared_memory> memory_;
};

}  // namespace pirn
