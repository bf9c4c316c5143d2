// free_list: the hand-written limits' frame allocator: one list of freed blocks for each 16-byte
// size class.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace bench {

/// What a coroutine's promise inherits to take its frame from the free list; one thread only,
/// nothing is returned to the system.
class pooled_frame {
 public:
  static void* operator new(std::size_t size_bytes) {
    block*& head = head_of(size_bytes);
    if (head == nullptr) return ::operator new(rounded(size_bytes));
    block* taken = head;
    head = taken->next;
    return taken;
  }

  static void operator delete(void* frame, std::size_t size_bytes) noexcept {
    block*& head = head_of(size_bytes);
    head = ::new (frame) block{head};
  }

 private:
  struct block {
    block* next;
  };
  static constexpr std::size_t class_bytes = 16;
  static constexpr std::size_t class_count = 128;

  static constexpr std::size_t rounded(std::size_t size_bytes) noexcept {
    return (size_bytes + class_bytes - 1) / class_bytes * class_bytes;
  }
  static block*& head_of(std::size_t size_bytes) noexcept {
    static constinit std::array<block*, class_count> heads{};
    return heads[rounded(size_bytes) / class_bytes];
  }
};

}  // namespace bench
