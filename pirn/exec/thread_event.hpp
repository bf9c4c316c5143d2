// thread_event: a flag that threads can wait for.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "pirn/base/time.hpp"

namespace pirn {

/// A flag that threads can wait for; starts unset. `event` is its twin for the tasks of a loop.
///
/// What threads want besides is in the standard library: std::mutex, std::recursive_mutex,
/// std::condition_variable_any, std::counting_semaphore, std::barrier, std::latch. Of those only a
/// latch waits for something that stays true, and it cannot be cleared, nor waited for with a
/// limit.
///
/// Threads:  any. A wait blocks its thread: on a loop's own it throws std::logic_error, unless the
///           flag is set.
/// Lifetime: must outlive its waiters.
/// Source:   threading.Event.
class thread_event {
 public:
  thread_event() = default;
  thread_event(thread_event&&) = delete;  // waiters point at it

  bool is_set() const;
  /// Unsets the flag. Who was woken by set() stays so.
  void clear();

  /// Sets the flag and wakes all who wait, even if clear() follows. Setting twice does nothing.
  void set();

  /// Waits until the flag is set, or until this thread, if it is a pirn::thread, is asked to stop.
  /// Returns: whether it was set.
  bool wait() { return wait_at_most(std::nullopt); }
  /// The same, for at most `limit`.
  bool wait_for(duration limit) { return wait_at_most(limit); }

 private:
  bool wait_at_most(std::optional<duration> limit);

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable_any changed_;
  bool set_ = false;
  std::uint64_t sets_ = 0;  // tells a waiter of a set() that a clear() has followed
};

}  // namespace pirn
