// future_word: where a future stands, whether somebody watches it, and the lock of its watchers, in
// one word.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "pirn/base/assert.hpp"

namespace pirn {

/// In this order, but that a future that is running cannot be cancelled any more.
enum class future_status : std::uint8_t { pending, running, cancelled, finished };

namespace detail {

/// pending -> running -> finished, or pending -> cancelled; each step is taken once, by one thread.
///
/// Whoever watches sets `watched` before the end, under the lock; whoever ends it learns from the
/// same word whether there is anybody to tell. So the end of what nobody watches is one
/// instruction, and no watcher can slip in between the look and the end.
///
/// Threads: any.
class future_word {
 public:
  // Acquire: who sees the end sees the outcome, which was written before it.
  future_status status() const noexcept { return status_of(word_.load(std::memory_order_acquire)); }

  /// pending -> running. From here on the caller, and nobody else, may end it.
  /// Returns: false when it was begun or cancelled before.
  bool begin() noexcept {
    // Relaxed: it publishes nothing. What the call needs came with the reference to it.
    std::uint32_t word = 0;
    while (!word_.compare_exchange_weak(word, word | begun, std::memory_order_relaxed)) {
      if ((word & (begun | over)) != 0) return false;
    }
    return true;
  }

  /// running -> finished.
  /// Returns: whether there may be watchers to tell.
  bool finish() noexcept {
    // Release: publishes the outcome to status(). Adding sets a bit that is known to be clear. The
    // list of watchers is read under the lock, which orders it.
    const std::uint32_t before = word_.fetch_add(over, std::memory_order_release);
    PIRN_ASSERT((before & (begun | over)) == begun, "a future is finished once, after its begin");
    return (before & (watched | locked)) != 0;
  }

  enum class cancelling : std::uint8_t { too_late, done, done_and_watched };

  /// pending -> cancelled.
  cancelling cancel() noexcept {
    std::uint32_t word = 0;
    // Release, so that who sees it cancelled sees what the canceller did before.
    while (!word_.compare_exchange_weak(word, word | over | dropped, std::memory_order_release,
                                        std::memory_order_relaxed)) {
      if ((word & (begun | over)) != 0) return cancelling::too_late;
    }
    return (word & (watched | locked)) != 0 ? cancelling::done_and_watched : cancelling::done;
  }

  /// Takes the lock of the list of watchers, if the end is still to come.
  /// Returns: false, without the lock, when it is over.
  bool lock_unless_over() noexcept { return take_lock(over); }
  void lock() noexcept { take_lock(0); }

  // Release: pairs with the acquire of the next take_lock().
  void unlock() noexcept { word_.fetch_sub(locked, std::memory_order_release); }
  /// Unlocks, and has the end look at the list. Under the same lock it may be over by now: the one
  /// who ended it saw the lock, and looks.
  void unlock_watched() noexcept {
    // Only a holder of the lock sets `watched`, so a plain look tells whether it is to be added.
    const bool is_watched = (word_.load(std::memory_order_relaxed) & watched) != 0;
    word_.fetch_sub(is_watched ? locked : locked - watched, std::memory_order_release);
  }

 private:
  static constexpr std::uint32_t begun = 1;
  static constexpr std::uint32_t over = 2;
  static constexpr std::uint32_t dropped = 4;
  static constexpr std::uint32_t watched = 8;
  static constexpr std::uint32_t locked = 16;

  static future_status status_of(std::uint32_t word) noexcept {
    if ((word & over) != 0) {
      return (word & dropped) != 0 ? future_status::cancelled : future_status::finished;
    }
    return (word & begun) != 0 ? future_status::running : future_status::pending;
  }

  // Acquire: sees the list as the last holder left it; and, when it gives up, the outcome. Held for
  // a few instructions; yields because the holder may have lost its processor.
  bool take_lock(std::uint32_t given_up_for) noexcept {
    std::uint32_t word = word_.load(std::memory_order_acquire);
    for (;;) {
      if ((word & given_up_for) != 0) return false;
      if ((word & locked) != 0) {
        std::this_thread::yield();
        word = word_.load(std::memory_order_acquire);
      } else if (word_.compare_exchange_weak(word, word | locked, std::memory_order_acquire)) {
        return true;
      }
    }
  }

  std::atomic<std::uint32_t> word_{0};
};

}  // namespace detail
}  // namespace pirn
