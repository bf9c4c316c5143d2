// futex: a thread sleeps until a word has changed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace pirn::detail {

/// Sleeps while `word` holds `expected`, until a wake or the deadline. It may return for no reason:
/// look at the word again.
///
/// Returns: false when the deadline has passed.
/// Threads: any, of this process.
/// Source:  futex(2), FUTEX_WAIT_BITSET on the monotonic clock.
bool futex_wait(
    const std::atomic<std::uint32_t>& word, std::uint32_t expected,
    std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) noexcept;

/// Wakes up to `count` threads that sleep on `word`.
/// Lifetime: the word may be gone by now; then at most a sleeper of another word wakes for no
///           reason.
void futex_wake(const std::atomic<std::uint32_t>& word, int count = 1) noexcept;

}  // namespace pirn::detail
