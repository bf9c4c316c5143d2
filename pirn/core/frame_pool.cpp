// frame_pool: the store behind the threads' free lists.
//
// A thread keeps at most two batches of free frames a size class and trades whole batches with the
// process-wide depot, so a lock is taken once in a few dozen misses, and frames that one thread
// makes and another destroys come back to the first. (Bonwick's magazines, USENIX 2001.)
// Chunks are never returned to malloc: a frame may outlive the thread that it was cut on. The depot
// keeps them in a list, so leak checkers find them reachable.

#include "pirn/core/frame_pool.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <type_traits>
#include <utility>

namespace pirn::detail {
namespace {

constexpr std::size_t chunk_bytes = 32 * 1024;
constexpr std::size_t carve_bytes = 4 * 1024;       // cut from a chunk at a time
constexpr std::size_t batch_max_bytes = 64 * 1024;  // what a free list holds before it is full

constexpr std::size_t frame_bytes(std::size_t frame_class) noexcept {
  return std::max(frame_class * frame_granule_bytes, sizeof(free_frame) + sizeof(void*));
}

constexpr std::size_t batch_limit(std::size_t frame_class) noexcept {
  return batch_max_bytes / frame_bytes(frame_class);
}

static_assert(frame_bytes(0) % frame_granule_bytes == 0);

struct alignas(frame_granule_bytes) chunk {
  chunk* next;
};

// Free frames that belong to no thread. Outlives every static destructor: it has none itself.
class frame_depot {
 public:
  // Returns: null when there is no memory.
  free_frame* take(std::size_t frame_class) noexcept {
    std::scoped_lock lock(mutex_);
    if (free_frame* batch = batches_[frame_class]) {
      batches_[frame_class] = batch->next_batch;
      return batch;
    }
    const std::size_t size_bytes = frame_bytes(frame_class);
    if (left_bytes_ < size_bytes && !add_chunk()) return nullptr;
    return carve(size_bytes);
  }

  void give(std::size_t frame_class, free_frame* batch) noexcept {
    std::scoped_lock lock(mutex_);
    batch->next_batch = batches_[frame_class];
    batches_[frame_class] = batch;
  }

  std::atomic<std::uint64_t> chunk_count{0};
  std::atomic<std::uint64_t> large_count{0};
  /// Frames that threads which have ended left in use, less those that they freed for others.
  std::atomic<std::ptrdiff_t> left_in_use{0};

 private:
  // Cuts some frames off the present chunk and links them, lowest address first.
  free_frame* carve(std::size_t size_bytes) noexcept {
    const std::size_t count =
        std::max<std::size_t>(1, std::min(carve_bytes, left_bytes_) / size_bytes);
    free_frame* batch = nullptr;
    for (std::size_t index = count; index-- > 0;) {
      batch = ::new (free_begin_ + index * size_bytes)
          free_frame{.next = batch, .next_batch = nullptr, .batch_count = count - index};
    }
    free_begin_ += count * size_bytes;
    left_bytes_ -= count * size_bytes;
    return batch;
  }

  // The tail of the old chunk (under 1 KiB) is given up.
  bool add_chunk() noexcept {
    void* memory = ::operator new(chunk_bytes, std::nothrow);
    if (memory == nullptr) return false;
    chunks_ = ::new (memory) chunk{chunks_};
    free_begin_ = static_cast<std::byte*>(memory) + sizeof(chunk);
    left_bytes_ = chunk_bytes - sizeof(chunk);
    chunk_count.fetch_add(1);
    return true;
  }

  std::mutex mutex_;
  free_frame* batches_[frame_class_count] = {};
  chunk* chunks_ = nullptr;
  std::byte* free_begin_ = nullptr;
  std::size_t left_bytes_ = 0;
};

static_assert(std::is_trivially_destructible_v<frame_depot>);
constinit frame_depot depot;

enum class thread_phase : unsigned char { fresh, running, ended };
constinit thread_local thread_phase phase = thread_phase::fresh;
constinit thread_local std::ptrdiff_t frames_taken = 0;  // from the depot, less those given to it

void give_all(std::size_t frame_class, free_frame*& head, std::size_t count) noexcept {
  if (head == nullptr) return;
  head->batch_count = count;
  depot.give(frame_class, head);
  head = nullptr;
}

// Taken and not freed here, less those that were freed for other threads.
std::ptrdiff_t frames_of_this_thread() noexcept {
  std::ptrdiff_t count = frames_taken;
  for (const frame_list& list : frame_lists) {
    for (const free_frame* each = list.head; each != nullptr; each = each->next) --count;
    if (list.spare != nullptr) count -= static_cast<std::ptrdiff_t>(list.spare->batch_count);
  }
  return count;
}

// Its destructor hands the thread's free frames to the depot when the thread ends.
struct thread_end {
  ~thread_end() {
    phase = thread_phase::ended;
    depot.left_in_use.fetch_add(frames_of_this_thread());
    for (std::size_t frame_class = 0; frame_class < frame_class_count; ++frame_class) {
      frame_list& list = frame_lists[frame_class];
      const std::size_t count = batch_limit(frame_class) - list.room;
      give_all(frame_class, list.head, count);
      if (list.spare != nullptr) depot.give(frame_class, list.spare);
      list = {};
    }
  }
};

void start_thread() noexcept {
  static thread_local thread_end at_end;
  static_cast<void>(at_end);
  phase = thread_phase::running;
}

}  // namespace

// Only called with an empty list.
void* refill_frames(std::size_t frame_class) noexcept {
  frame_list& list = frame_lists[frame_class];
  if (phase == thread_phase::fresh) start_thread();
  free_frame* batch = std::exchange(list.spare, nullptr);
  if (batch == nullptr) {
    batch = depot.take(frame_class);
    if (batch == nullptr) return nullptr;
    frames_taken += static_cast<std::ptrdiff_t>(batch->batch_count);
  }
  free_frame* rest = batch->next;
  const std::size_t rest_count = batch->batch_count - 1;
  if (phase == thread_phase::ended) {  // a destructor of a thread_local makes a coroutine
    give_all(frame_class, rest, rest_count);
  } else {
    list.head = rest;
    list.room = batch_limit(frame_class) - rest_count;
  }
  return batch;
}

// Called with `room` one below zero: the list is full, or the class is new to this thread.
void spill_frames(std::size_t frame_class) noexcept {
  frame_list& list = frame_lists[frame_class];
  const std::size_t limit = batch_limit(frame_class);
  switch (phase) {
    case thread_phase::fresh:
      start_thread();
      break;
    case thread_phase::running:
      break;
    case thread_phase::ended:  // every later frame goes straight to the depot
      list.room = 0;
      return give_all(frame_class, list.head, 1);
  }
  if (list.head->next == nullptr) {  // the class's first frame
    list.room = limit - 1;
    return;
  }
  if (list.spare != nullptr) {
    frames_taken -= static_cast<std::ptrdiff_t>(list.spare->batch_count);
    depot.give(frame_class, list.spare);
  }
  list.spare = list.head;
  list.spare->batch_count = limit + 1;
  list.head = nullptr;
  list.room = limit;
}

void throw_no_memory() {
  throw std::bad_alloc();
}

void* allocate_large_frame(std::size_t size_bytes) {
  void* memory = ::operator new(size_bytes);
  depot.large_count.fetch_add(1);
  return memory;
}

std::ptrdiff_t frames_in_use() noexcept {
  return frames_of_this_thread() + depot.left_in_use.load();
}

frame_pool_statistics frame_statistics() noexcept {
  return {.chunks = depot.chunk_count.load(), .large_frames = depot.large_count.load()};
}

}  // namespace pirn::detail
