// loop_handle: a loop as other threads know it, also when it has ended.
#pragma once

#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/inbox.hpp"

namespace pirn {

class loop;

/// Work was sent to a loop whose main task has ended.
class loop_ended : public std::runtime_error {
 public:
  loop_ended() : std::runtime_error("the loop has ended") {}
  using std::runtime_error::runtime_error;
};

namespace detail {

/// What a loop and its handles share: whether the loop can still be reached. Threads pass through
/// it to leave a message; the loop shuts it and waits until those inside have left, so that it
/// cannot end under them.
class loop_door {
 public:
  explicit loop_door(loop& home, bool is_virtual) noexcept : home_(home), virtual_(is_virtual) {}
  loop_door(loop_door&&) = delete;  // handles point at it

  /// Requires: entered.
  loop& home() const noexcept { return home_; }
  bool is_virtual() const noexcept { return virtual_; }

  void hold() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  /// The last but the loop has the loop look again whether its tasks can still be woken.
  void drop() noexcept;
  /// Whether anybody but the loop holds it.
  bool is_known() const noexcept { return holders_.load() > 1; }

  /// Returns: whether the door is open; then the loop stays until leave().
  bool enter() noexcept {
    if ((state_.fetch_add(one_inside) & shut) == 0) return true;
    state_.fetch_sub(one_inside);
    return false;
  }
  void leave() noexcept { state_.fetch_sub(one_inside); }
  bool is_open() const noexcept { return (state_.load() & shut) == 0; }

  // For the loop.
  void open() noexcept { state_.fetch_and(~shut); }
  void close() noexcept {
    state_.fetch_or(shut);
    while (state_.load() > shut) std::this_thread::yield();
  }

 private:
  // Odd: shut. The rest counts the threads inside, twice.
  static constexpr unsigned shut = 1;
  static constexpr unsigned one_inside = 2;

  loop& home_;
  const bool virtual_;
  std::atomic<unsigned> holders_{1};
  std::atomic<unsigned> state_{shut};
};

}  // namespace detail

/// A loop as other threads know it: may be copied, and kept when the loop has ended.
///
/// While one exists its loop may be reached from outside, so tasks that wait there are not taken
/// for a deadlock.
///
/// Threads: any.
class loop_handle {
 public:
  /// Of no loop: only to be assigned to.
  loop_handle() = default;
  /// Threads: the loop's.
  explicit loop_handle(loop& home) noexcept;
  loop_handle(const loop_handle& other) noexcept : door_(other.door_) {
    if (door_ != nullptr) door_->hold();
  }
  loop_handle(loop_handle&& other) noexcept : door_(std::exchange(other.door_, nullptr)) {}
  loop_handle& operator=(loop_handle other) noexcept {
    std::swap(door_, other.door_);
    return *this;
  }
  ~loop_handle() {
    if (door_ != nullptr) door_->drop();
  }

  /// Whether this thread runs that loop.
  bool is_here() const noexcept;
  bool is_virtual() const noexcept { return door().is_virtual(); }
  /// Whether its main task had ended, or not begun, a moment ago.
  bool has_ended() const noexcept { return !door().is_open(); }

  /// Calls `fn`, which must not throw, on the loop's thread, between its tasks' turns; it is
  /// dropped when the main task ends before. Returns: false when the main task has ended already.
  bool post(std::move_only_function<void()> fn) const;
  bool post(inbox_message& message) const noexcept;
  /// Leaves a message although the loop may take no more visitors.
  /// Requires: the loop counts a visit, or has a message that will, until this one has arrived.
  void follow(inbox_message& message) const noexcept;

  friend bool operator==(const loop_handle&, const loop_handle&) = default;

 private:
  detail::loop_door& door() const noexcept {
    PIRN_ASSERT(door_ != nullptr, "a loop_handle that is empty or was moved from is used");
    return *door_;
  }
  detail::loop_door* door_ = nullptr;
};

}  // namespace pirn
