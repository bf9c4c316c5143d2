#include "pirn/sync/semaphore.hpp"

#include "pirn/base/assert.hpp"

namespace pirn {

std::string permit_wait::describe() const {
  return "permit of semaphore";
}

semaphore::semaphore(std::ptrdiff_t permits, std::ptrdiff_t bound) noexcept
    : value_(permits), bound_(bound) {
  PIRN_ASSERT(permits >= 0, "a semaphore has no fewer than zero permits");
}

void semaphore::release(std::ptrdiff_t count) noexcept {
  PIRN_ASSERT(count >= 0, "permits are taken by acquire(), not by a negative release()");
  for (; count > 0 && !waiters_.empty(); --count) waiters_.wake_first();
  PIRN_ASSERT(count <= bound_ - value_, "a semaphore was released too many times");
  value_ += count;
}

}  // namespace pirn
