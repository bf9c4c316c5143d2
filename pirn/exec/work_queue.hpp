// work_queue: pointers to work, the oldest first for everybody.
#pragma once

#include <cstddef>
#include <span>

#include "pirn/exec/work_ring.hpp"

namespace pirn::detail {

/// One thread pushes; it takes as others do. No barrier is passed by anyone.
template <class T>
class work_queue : public work_ring {
 public:
  void push(T& item) { push_pointer(&item); }
  /// For the owner. Takes the oldest, or gives null.
  T* take_oldest() noexcept { return static_cast<T*>(take_oldest_pointer()); }
  /// The same for others: null also when another thread was quicker.
  T* steal() noexcept {
    T* item = nullptr;
    return take({&item, 1}, 1) != 0 ? item : nullptr;
  }
  /// Takes what one of so many `sharers` gets, oldest first: at least one, at most `to.size()`.
  /// Returns: how many; none also when another thread was quicker.
  std::size_t take(std::span<T*> to, std::size_t sharers) noexcept {
    return take_pointers(to.size(), sharers,
                         [to](std::size_t i, void* item) { to[i] = static_cast<T*>(item); });
  }
};

}  // namespace pirn::detail
