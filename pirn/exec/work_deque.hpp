// work_deque: a growable ring of pointers: one thread works at its bottom, others steal from its
// top.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pirn/base/compiler.hpp"
#include "pirn/platform/barrier.hpp"

namespace pirn::detail {

/// Chase and Lev's deque, for work_deque and work_queue.
///
/// Threads:  looks_empty() and the steal() of both from any; all else from the owner.
/// Lifetime: what it grew out of is kept to the end, since thieves may still look at it.
/// Source:   D. Chase, Y. Lev: Dynamic Circular Work-Stealing Deque, SPAA 2005; memory orders as in
///           N. M. Lê et al.: Correct and Efficient Work-Stealing for Weak Memory Models, PPoPP
///           2013.
class work_deque_base {
 public:
  static constexpr std::size_t room_when_empty = 256;

  work_deque_base();
  work_deque_base(work_deque_base&&) = delete;  // thieves point at it
  ~work_deque_base();

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
                  std::memory_order_release);  // pairs with steal(): item and what it is
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

  void* take_oldest_pointer() noexcept;
  /// Where the owner pops.
  void* steal_from_deque() noexcept;
  /// Where it does not.
  void* steal_from_queue() noexcept;
  /// The same for the oldest `of`-th part: at least one, at most `max`; `give(i, item)` is called
  /// for each before it is known whether they are the caller's.
  template <class Give>
  std::size_t steal_many_from_queue(std::size_t max, std::size_t of, Give give) noexcept {
    std::int64_t top = top_.load(std::memory_order_acquire);
    const std::int64_t bottom = bottom_.load(std::memory_order_acquire);
    if (top >= bottom) return 0;
    const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(bottom - top) / of, 1, max);
    ring* from = ring_.load(std::memory_order_acquire);
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
  struct ring {
    explicit ring(std::size_t size) : mask(size - 1), slots(new slot[size]) {}
    std::size_t mask;
    std::unique_ptr<slot[]> slots;
  };

  [[gnu::noinline, gnu::cold]] void make_room(std::int64_t bottom);
  [[gnu::noinline]] void* pop_last(std::int64_t bottom, std::int64_t top) noexcept;
  void* steal_at(std::int64_t top) noexcept;
  void use(ring& next, std::int64_t top) noexcept;

  // The owner's, and read by thieves.
  alignas(64) std::atomic<std::int64_t> bottom_{0};
  slot* slots_;
  std::size_t mask_;
  std::int64_t full_at_;  // the bottom at which the ring may be full, as of the last look at top_
  const bool asymmetric_ = has_asymmetric_barrier();
  std::atomic<ring*> ring_;
  std::vector<std::unique_ptr<ring>> rings_;  // all there were; the last is in use
  // The thieves'.
  alignas(64) std::atomic<std::int64_t> top_{0};
};

/// Newest first for its owner, who pushes and pops as if it were alone: two stores and three loads.
/// Who steals pays for both: a system call that passes a memory barrier on every running thread,
/// made only when the deque looks as if it held something.
template <class T>
class work_deque : public work_deque_base {
 public:
  void push(T& item) { push_pointer(&item); }
  /// Takes the newest, or gives null.
  T* pop() noexcept { return static_cast<T*>(pop_pointer()); }
  /// Takes the oldest, or gives null: also when another thread was quicker.
  T* steal() noexcept { return static_cast<T*>(steal_from_deque()); }
};

/// Oldest first for everybody; the owner takes as thieves do. No barrier is passed by anyone.
template <class T>
class work_queue : public work_deque_base {
 public:
  void push(T& item) { push_pointer(&item); }
  /// Takes the oldest, or gives null.
  T* take_oldest() noexcept { return static_cast<T*>(take_oldest_pointer()); }
  /// The same for others: null also when another thread was quicker.
  T* steal() noexcept { return static_cast<T*>(steal_from_queue()); }
  /// Takes the `of`-th part at once, oldest first: at least one, at most `to.size()`.
  /// Returns: how many; none also when another thread was quicker.
  std::size_t take(std::span<T*> to, std::size_t of) noexcept {
    return this->steal_many_from_queue(
        to.size(), of, [to](std::size_t i, void* item) { to[i] = static_cast<T*>(item); });
  }
};

}  // namespace pirn::detail
