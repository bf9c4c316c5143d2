#include "pirn/platform/bell.hpp"

#include <cerrno>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pirn/platform/timespec.hpp"

namespace pirn::detail {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
                  sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t),
              "the kernel and other processes look at the bare word");

// The sleeper says that it sleeps before the kernel compares; the ringer counts before it asks who
// sleeps. So one of the two sees the other. Not FUTEX_PRIVATE_FLAG: the ringer may be another
// process.
bool bell::wait(std::uint32_t heard, std::optional<std::chrono::nanoseconds> limit) noexcept {
  timespec length{};
  if (limit) length = to_timespec(*limit);
  asleep_ = 1;
  const long result =
      ::syscall(SYS_futex, &rings_, FUTEX_WAIT, heard, limit ? &length : nullptr, nullptr, 0);
  const bool in_time = result == 0 || errno != ETIMEDOUT;
  asleep_ = 0;
  return in_time;
}

void bell::ring() noexcept {
  rings_.fetch_add(1);
  if (asleep_.load() != 0) ::syscall(SYS_futex, &rings_, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace pirn::detail
