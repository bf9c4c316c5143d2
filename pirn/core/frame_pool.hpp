// frame_pool: where coroutine frames live: per-thread free lists by size, which seldom ask malloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "pirn/base/compiler.hpp"

namespace pirn::detail {

inline constexpr std::size_t frame_granule_bytes = 16;
inline constexpr std::size_t pooled_frame_max_bytes = 1024;
inline constexpr std::size_t frame_class_count =
    pooled_frame_max_bytes / frame_granule_bytes + 1;  // class k holds frames up to 16 * k bytes

/// A frame that nobody uses. The last two words belong to whole batches (see frame_pool.cpp).
struct free_frame {
  free_frame* next;
  free_frame* next_batch;
  std::size_t batch_count;
};

/// One thread's free frames of one size class. All zero means: this thread never saw the class.
struct frame_list {
  free_frame* head;
  free_frame* spare;  // a second batch, so that a size that hovers at the limit takes no lock
  std::size_t room;   // frames that may still be freed before the list counts as full
};

// Constant-initialised and trivially destroyed: reading it needs no guard and no wrapper call.
inline constinit thread_local frame_list frame_lists[frame_class_count] = {};

// Returns: null when there is no memory; it may not throw, since unwinding would not bring back the
// registers that it is to preserve.
[[gnu::noinline, gnu::cold]] PIRN_PRESERVE_MOST void* refill_frames(
    std::size_t frame_class) noexcept;
[[gnu::noinline, gnu::cold]] PIRN_PRESERVE_MOST void spill_frames(std::size_t frame_class) noexcept;
[[gnu::noinline, gnu::cold]] void* allocate_large_frame(std::size_t size_bytes);
[[noreturn, gnu::noinline, gnu::cold]] void throw_no_memory();

PIRN_ALWAYS_INLINE void* refilled_frame(std::size_t frame_class) {
  void* frame = refill_frames(frame_class);
  if (frame == nullptr) throw_no_memory();
  return frame;
}

/// Memory for a coroutine frame, aligned like that of plain operator new.
///
/// Throws:  std::bad_alloc.
/// Threads: any; a frame may be freed on another thread and then serves that one.
/// Cost:    seven instructions on a hit; a lock once in many misses; malloc above 1 KiB. Under
///          Address- and ThreadSanitizer always operator new, so that use after free shows.
PIRN_ALWAYS_INLINE void* allocate_frame(std::size_t size_bytes) {
  if constexpr (sanitized) return ::operator new(size_bytes);
  if (size_bytes > pooled_frame_max_bytes) return allocate_large_frame(size_bytes);
  const std::size_t frame_class = (size_bytes + frame_granule_bytes - 1) / frame_granule_bytes;
  frame_list& list = frame_lists[frame_class];
  free_frame* frame = list.head;
  if (frame == nullptr) [[unlikely]]
    return refilled_frame(frame_class);
  list.head = frame->next;
  ++list.room;
  return frame;
}

/// Gives back what allocate_frame(size_bytes) returned.
PIRN_ALWAYS_INLINE void deallocate_frame(void* memory, std::size_t size_bytes) noexcept {
  if constexpr (sanitized) return ::operator delete(memory, size_bytes);
  if (size_bytes > pooled_frame_max_bytes) return ::operator delete(memory, size_bytes);
  const std::size_t frame_class = (size_bytes + frame_granule_bytes - 1) / frame_granule_bytes;
  frame_list& list = frame_lists[frame_class];
  auto* frame = ::new (memory) free_frame;  // two words stay unset
  frame->next = list.head;
  list.head = frame;
  if (list.room-- == 0) [[unlikely]]
    spill_frames(frame_class);
}

/// A promise type inherits from this so that its coroutines' frames come from the pool.
struct pooled_frame {
  static void* operator new(std::size_t size_bytes) { return allocate_frame(size_bytes); }
  static void operator delete(void* memory, std::size_t size_bytes) noexcept {
    deallocate_frame(memory, size_bytes);
  }
};

/// How often the pool had to ask for memory since the program started, all threads together.
struct frame_pool_statistics {
  std::uint64_t chunks;        ///< blocks of 32 KiB that small frames are cut from
  std::uint64_t large_frames;  ///< frames above 1 KiB, one operator new each
};

/// Threads: any. Always zero under sanitizers, where the pool is out of use.
frame_pool_statistics frame_statistics() noexcept;

/// Frames up to 1 KiB that this thread and those which have ended have allocated and not freed,
/// less those that they freed for other threads. The same before and after a piece of work that
/// leaves nothing behind, once the threads that it had are joined. Always zero under sanitizers.
/// Cost: for tests; walks the thread's free lists.
std::ptrdiff_t frames_in_use() noexcept;

}  // namespace pirn::detail
