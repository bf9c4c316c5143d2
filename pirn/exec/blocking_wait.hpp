// blocking_wait: how a plain thread waits for what other threads do, and why a loop's does not.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "pirn/base/deadline.hpp"

namespace pirn::detail {

/// Throws: std::logic_error on the thread of a loop, which `what` would stop; it says what to do
///         `instead`.
void refuse_to_block_a_loop(std::string_view what, std::string_view instead = "co_await it");

/// A thread's sleep, which another thread ends. Lives on the sleeper's stack: it stays until it was
/// woken, or has made sure, in the list from which it would be, that it will not be.
///
/// Threads: sleep() from the one that made it, wake() once from any.
class thread_sleep {
 public:
  thread_sleep() = default;
  thread_sleep(thread_sleep&&) = delete;  // who wakes it points at it

  /// Sleeps until it is, or was, woken. What happened before wake() can then be seen.
  /// Returns: false when the deadline passed first.
  bool sleep(std::optional<steady_time> deadline) noexcept;

  /// Ends it; it may be gone before this returns.
  void wake() noexcept;

 private:
  std::atomic<std::uint32_t> woken_{0};
};

}  // namespace pirn::detail
