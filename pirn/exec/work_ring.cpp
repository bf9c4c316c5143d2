#include "pirn/exec/work_ring.hpp"

namespace pirn::detail {

work_ring::work_ring() {
  arrays_.push_back(std::make_unique<array>(room_when_empty));
  use(*arrays_.back(), 0);
}

work_ring::~work_ring() = default;

void work_ring::use(array& next, std::int64_t top) noexcept {
  slots_ = next.slots.get();
  mask_ = next.mask;
  full_at_ = top + static_cast<std::int64_t>(next.mask) + 1;
  array_.store(&next, std::memory_order_release);  // pairs with who takes: the copied slots
}

void work_ring::make_room(std::int64_t bottom) {
  const std::int64_t top = top_.load(std::memory_order_acquire);
  full_at_ = top + static_cast<std::int64_t>(mask_) + 1;
  if (bottom < full_at_) return;
  auto larger = std::make_unique<array>(2 * (mask_ + 1));
  for (std::int64_t i = top; i < bottom; ++i) {
    void* item = slots_[static_cast<std::size_t>(i) & mask_].load(std::memory_order_relaxed);
    larger->slots[static_cast<std::size_t>(i) & larger->mask].store(item,
                                                                    std::memory_order_relaxed);
  }
  arrays_.push_back(std::move(larger));
  use(*arrays_.back(), top);
}

// Nothing is left below the bottom but perhaps this one item, for which thieves compete.
void* work_ring::pop_last(std::int64_t bottom, std::int64_t top) noexcept {
  void* item = nullptr;
  if (top == bottom) {
    item = slots_[static_cast<std::size_t>(bottom) & mask_].load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
      item = nullptr;
    }
  }
  bottom_.store(bottom + 1, std::memory_order_release);
  return item;
}

// No barrier: the owner's bottom is its own.
void* work_ring::take_oldest_pointer() noexcept {
  std::int64_t top = top_.load(std::memory_order_relaxed);
  while (top < bottom_.load(std::memory_order_relaxed)) {
    void* item = slots_[static_cast<std::size_t>(top) & mask_].load(std::memory_order_relaxed);
    if (top_.compare_exchange_weak(top, top + 1, std::memory_order_seq_cst,
                                   std::memory_order_relaxed)) {
      return item;
    }
  }
  return nullptr;
}

// The owner lowers the bottom and then looks at the top; this looks at the top and then at the
// bottom. The barrier between, which the owner's thread passes too, falls before the owner's store
// (then the owner will see this top, and compete) or after it (then the bottom seen here is the
// lowered one).
//
// The bottom is read with acquire: so the array is one that has the item, or, if the item is gone
// and its slot may hold another one, the top has changed.
void* work_ring::steal_pointer() noexcept {
  std::int64_t top = top_.load(std::memory_order_acquire);
  if (top >= bottom_.load(std::memory_order_acquire)) return nullptr;
  heavy_barrier();
  if (top >= bottom_.load(std::memory_order_acquire)) return nullptr;
  const array* from = array_.load(std::memory_order_acquire);
  void* item =
      from->slots[static_cast<std::size_t>(top) & from->mask].load(std::memory_order_relaxed);
  if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                    std::memory_order_relaxed)) {
    return nullptr;
  }
  return item;
}

}  // namespace pirn::detail
