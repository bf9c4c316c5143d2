// barrier: a memory barrier that costs nothing where it is passed often, and much where it is
// seldom.
#pragma once

#include <atomic>

#include "pirn/base/compiler.hpp"

namespace pirn::detail {

/// Whether heavy_barrier() reaches the other threads by itself (membarrier(2)). Asked once, at the
/// first call, which registers the process.
bool has_asymmetric_barrier() noexcept;

/// Orders a store before a later load of another address, against a thread that calls
/// heavy_barrier() between the mirrored two. `asymmetric` says what has_asymmetric_barrier() said:
/// then this only holds the compiler back.
PIRN_ALWAYS_INLINE void light_barrier(bool asymmetric) noexcept {
  if (asymmetric) [[likely]] {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
}

/// Makes every running thread of the process pass a full memory barrier.
/// Cost: a system call, some microseconds.
void heavy_barrier() noexcept;

}  // namespace pirn::detail
