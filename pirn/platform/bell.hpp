// bell: wakes a thread of any process that shares its memory.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace pirn::detail {

/// A bell beside which one thread sleeps. It may lie in memory that processes share: zeroed memory
/// is a bell. The sleeper notes what it has heard, looks for what the rings are about, and only
/// then waits; so a ring in between is not lost.
///
/// Threads: ring() from any thread of any process; wait() from one at a time.
/// Source:  futex(2); an event count with one waiter.
class bell {
 public:
  bell() = default;
  bell(bell&&) = delete;  // sleepers and ringers point at it

  /// Counts the rings so far.
  std::uint32_t heard() const noexcept { return rings_.load(); }

  /// Sleeps until the bell is rung once more than `heard`, or for no reason, at most `limit`.
  /// Returns: false when the limit is over.
  bool wait(std::uint32_t heard, std::optional<std::chrono::nanoseconds> limit) noexcept;

  /// Cost: two atomic operations; a system call only when somebody sleeps.
  void ring() noexcept;

 private:
  std::atomic<std::uint32_t> rings_{0};
  std::atomic<std::uint32_t> asleep_{0};
};

}  // namespace pirn::detail
