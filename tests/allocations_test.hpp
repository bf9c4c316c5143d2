// allocations: counts what a program allocates. It replaces operator new, so it is included in one
// file of a program. Not inlined: GCC warns of a free() that meets a new.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

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
