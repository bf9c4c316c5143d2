// work_ring: a growable ring of pointers: one thread works at its bottom, others take from its top.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "pirn/base/compiler.hpp"
#include "pirn/platform/barrier.hpp"

namespace pirn::detail {

/// Chase and Lev's deque, below work_deque and work_queue.
///
/// Threads:  looks_empty(), size(), steal_pointer() and take_pointers() from any; all else from the
///           owner.
/// Lifetime: what it grew out of is kept to the end, since thieves may still look at it.
/// Source:   D. Chase, Y. Lev: Dynamic Circular Work-Stealing Deque, SPAA 2005; memory orders as in
///           N. M. Lê et al.: Correct and Efficient Work-Stealing for Weak Memory Models, PPoPP
///           2013.
class work_ring {
 public:
  static constexpr std::size_t room_when_empty = 256;

  work_ring();
  work_ring(work_ring&&) = delete;  // thieves point at it
  ~work_ring();

  // Both relaxed: a glance. Who depends on one passes a barrier before (idle_workers).
  bool looks_empty() const noexcept {
    return top_.load(std::memory_order_relaxed) >= bottom_.load(std::memory_order_relaxed);
  }
  std::size_t size() const noexcept {
    const std::int64_t top = top_.load(std::memory_order_relaxed);
    return static_cast<std::size_t>(
        std::max<std::int64_t>(0, bottom_.load(std::memory_order_relaxed) - top));
  }

  /// Sees to it that the next push has room.
  /// Throws: std::bad_alloc.
  PIRN_ALWAYS_INLINE void make_room() {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    if (bottom >= full_at_) [[unlikely]]
      make_room(bottom);
  }

 protected:
  PIRN_ALWAYS_INLINE void push_pointer(void* item) {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    if (bottom >= full_at_) [[unlikely]]
      make_room(bottom);
    slots_[static_cast<std::size_t>(bottom) & mask_].store(item, std::memory_order_relaxed);
    bottom_.store(bottom + 1,
                  std::memory_order_release);  // pairs with who takes: item and what it is
  }

  /// The newest, or null.
  PIRN_ALWAYS_INLINE void* pop_pointer() noexcept {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    bottom_.store(bottom, std::memory_order_release);  // as in push: older items are still there
    // Either a thief that reaches for this item sees the new bottom, or this thread sees its top.
    light_barrier(asymmetric_);
    const std::int64_t top = top_.load(std::memory_order_relaxed);
    if (top < bottom) [[likely]]
      return slots_[static_cast<std::size_t>(bottom) & mask_].load(std::memory_order_relaxed);
    return pop_last(bottom, top);
  }

  /// For others than the owner, where it pops. Null also when another thread was quicker.
  void* steal_pointer() noexcept;

  /// The oldest, or null; where the owner does not pop.
  void* take_oldest_pointer() noexcept;
  /// For anybody, where the owner does not pop: what one of so many `sharers` gets of the oldest,
  /// at least one and at most `max`; `give(i, item)` is called for each before it is known whether
  /// they are the caller's.
  ///
  /// The bottom never goes down then, and every item leaves by a change of the top from its own
  /// index. So whatever bottom was seen, an item below it was pushed, and whoever changes the top
  /// has it alone.
  /// Returns: how many; none also when another thread was quicker.
  template <class Give>
  std::size_t take_pointers(std::size_t max, std::size_t sharers, Give give) noexcept {
    std::int64_t top = top_.load(std::memory_order_acquire);
    const std::int64_t bottom = bottom_.load(std::memory_order_acquire);
    if (top >= bottom) return 0;
    const auto there = static_cast<std::size_t>(bottom - top);
    const auto count = std::clamp<std::size_t>(there / sharers, 1, max);
    const array* from = array_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = (static_cast<std::size_t>(top) + i) & from->mask;
      give(i, from->slots[at].load(std::memory_order_relaxed));
    }
    const bool got =
        top_.compare_exchange_strong(top, top + static_cast<std::int64_t>(count),
                                     std::memory_order_seq_cst, std::memory_order_relaxed);
    return got ? count : 0;
  }

 private:
  using slot = std::atomic<void*>;
  struct array {
    explicit array(std::size_t size) : mask(size - 1), slots(new slot[size]) {}
    std::size_t mask;
    std::unique_ptr<slot[]> slots;
  };

  [[gnu::noinline, gnu::cold]] void make_room(std::int64_t bottom);
  [[gnu::noinline]] void* pop_last(std::int64_t bottom, std::int64_t top) noexcept;
  void use(array& next, std::int64_t top) noexcept;

  // The owner's, and read by thieves.
  alignas(64) std::atomic<std::int64_t> bottom_{0};
  slot* slots_;
  std::size_t mask_;
  std::int64_t full_at_;  // the bottom at which the array may be full, as of the last look at top_
  const bool asymmetric_ = has_asymmetric_barrier();
  std::atomic<array*> array_;
  std::vector<std::unique_ptr<array>> arrays_;  // all there were; the last is in use
  // The thieves'.
  alignas(64) std::atomic<std::int64_t> top_{0};
};

}  // namespace pirn::detail
