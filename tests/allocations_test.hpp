// allocations: counts what a program allocates. It replaces operator new, so it is included in one
// file of a program. Not inlined: GCC warns of a free() that meets a new.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

#include "pirn/base/compiler.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

/// How often this program has called operator new. Atomic: other threads may allocate, too.
inline std::atomic<std::size_t> allocations = 0;

[[gnu::noinline]] void* operator new(std::size_t size_bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size_bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size_bytes*/) noexcept {
  std::free(memory);
}

namespace pirn {

/// Runs three children of `work(shared)` together until they are warm, then counts.
/// Returns: how often the last run allocated; always 0 under sanitizers, where frames are not used
///          again.
template <class Shared>
std::size_t allocations_of(Shared& shared, task<> (*work)(Shared*)) {
  return testing::run_virtual([&]() -> task<std::size_t> {
    std::size_t before = 0;
    for (int run = 0; run < 5; ++run) {
      before = allocations;
      co_await with_group([&](task_group& group) -> task<> {
        for (int child = 0; child < 3; ++child) group.spawn(work, &shared);
        co_return;
      });
    }
    co_return detail::sanitized ? 0 : allocations - before;
  });
}

}  // namespace pirn
