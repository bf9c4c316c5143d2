#include "pirn/exec/idle_workers.hpp"

namespace pirn::detail {

idle_workers::claim idle_workers::claim_one() noexcept {
  std::uint64_t now = counts_.load();
  for (;;) {
    if (now < one_asleep || (now & searching_mask) != 0) return claim::nobody;
    const bool sleeps = now % one_unstarted >= one_asleep;  // a thread that is there comes first
    const std::uint64_t then = now - (sleeps ? one_asleep : one_unstarted) + 1;
    if (counts_.compare_exchange_weak(now, then)) return sleeps ? claim::asleep : claim::unstarted;
  }
}

void idle_workers::wake_all() noexcept {
  std::uint64_t now = counts_.load();
  std::uint64_t sleepers = 0;
  do {
    sleepers = now % one_unstarted / one_asleep;
  } while (!counts_.compare_exchange_weak(now, now - sleepers * one_asleep + sleepers));
  permits_.give(static_cast<std::uint32_t>(sleepers));
}

// Returns: false when a wake-up for every sleeper, this worker among them, is on its way.
bool idle_workers::stay_awake() noexcept {
  std::uint64_t now = counts_.load();
  do {
    if (now % one_unstarted < one_asleep) return false;
  } while (!counts_.compare_exchange_weak(now, now - one_asleep + 1));
  return true;
}

void idle_workers::permits::give(std::uint32_t count) noexcept {
  count_.fetch_add(count);
  futex_wake(count_, static_cast<int>(count));
}

void idle_workers::permits::take() noexcept {
  std::uint32_t now = count_.load();
  for (;;) {
    if (now == 0) {
      futex_wait(count_, 0);
      now = count_.load();
    } else if (count_.compare_exchange_weak(now, now - 1)) {
      return;
    }
  }
}

}  // namespace pirn::detail
