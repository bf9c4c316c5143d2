#include "pirn/platform/barrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

namespace {

long membarrier(int command) noexcept {
  return syscall(SYS_membarrier, command, 0, 0);
}

}  // namespace

bool has_asymmetric_barrier() noexcept {
  static const bool has = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
  return has;
}

void heavy_barrier() noexcept {
  if (!has_asymmetric_barrier()) return std::atomic_thread_fence(std::memory_order_seq_cst);
  const bool passed = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
  PIRN_ASSERT(passed, "membarrier(2) was allowed, and others rely on it");
}

}  // namespace pirn::detail
