// ring: a first-in-first-out store that keeps its memory.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

/// Items in the order in which they were put. Like std::deque, but memory that was once needed is
/// kept, so that a queue whose length moves up and down below its peak allocates nothing.
template <class T>
class ring {
 public:
  ring() = default;
  ring(ring&& other) noexcept { swap(other); }
  ring& operator=(ring&& other) noexcept {
    ring(std::move(other)).swap(*this);
    return *this;
  }
  ~ring() {
    while (!empty()) take();
    if (slots_ != nullptr) allocator().deallocate(slots_, capacity());
  }

  bool empty() const noexcept { return head_ == tail_; }
  std::size_t size() const noexcept { return tail_ - head_; }

  /// Throws: std::bad_alloc, the ring unchanged.
  /// Cost:   O(1); moves all when it grows.
  void put(T&& item) {
    if (size() == capacity()) [[unlikely]]
      grow();
    std::construct_at(slots_ + (tail_ & mask_), std::move(item));
    ++tail_;
  }

  /// Takes the item that was put first.
  /// Requires: not empty.
  T take() noexcept {
    PIRN_ASSERT(!empty(), "an empty ring has nothing to take");
    T* first = slots_ + (head_ & mask_);
    T item = std::move(*first);
    std::destroy_at(first);
    ++head_;
    return item;
  }

 private:
  using allocator = std::allocator<T>;
  static constexpr std::size_t smallest = 8;

  std::size_t capacity() const noexcept { return slots_ == nullptr ? 0 : mask_ + 1; }

  void swap(ring& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(mask_, other.mask_);
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
  }

  [[gnu::noinline, gnu::cold]] void grow() {
    ring larger;
    const std::size_t slots = capacity() == 0 ? smallest : 2 * capacity();
    larger.slots_ = allocator().allocate(slots);
    larger.mask_ = slots - 1;
    while (!empty()) larger.put(take());
    swap(larger);
  }

  T* slots_ = nullptr;
  std::size_t mask_ = 0;  // slots less one; their number is a power of two
  std::size_t head_ = 0;  // both only count up; unsigned arithmetic wraps as it should
  std::size_t tail_ = 0;
};

}  // namespace pirn::detail
