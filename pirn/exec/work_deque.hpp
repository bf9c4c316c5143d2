// work_deque: pointers to work, the newest first for the thread that makes it.
#pragma once

#include "pirn/exec/work_ring.hpp"

namespace pirn::detail {

/// Newest first for its owner, who pushes and pops as if it were alone: two stores and three loads.
/// Who steals pays for both: a system call that passes a memory barrier on every running thread,
/// made only when the deque looks as if it held something.
template <class T>
class work_deque : public work_ring {
 public:
  void push(T& item) { push_pointer(&item); }
  /// Takes the newest, or gives null.
  T* pop() noexcept { return static_cast<T*>(pop_pointer()); }
  /// Takes the oldest, or gives null: also when another thread was quicker.
  T* steal() noexcept { return static_cast<T*>(steal_pointer()); }
};

}  // namespace pirn::detail
