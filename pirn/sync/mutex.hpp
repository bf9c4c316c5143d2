// mutex: a lock that one task holds at a time.
#pragma once

#include <string>
#include <utility>

#include "pirn/core/wait_list.hpp"

namespace pirn {

class mutex;
class mutex_guard;

/// What the waits for a mutex have in common.
class mutex_wait : public list_wait {
 public:
  std::string describe() const override;
  const task_record* holder() const noexcept override;

 protected:
  explicit mutex_wait(mutex& wanted) noexcept;

  bool try_complete() noexcept;

  mutex& mutex_;
};

/// Waits until the task holds the mutex.
class [[nodiscard]] lock_wait final : public awaitable<lock_wait, mutex_wait> {
  friend class mutex;
  explicit lock_wait(mutex& wanted) noexcept : awaitable(wanted) {}
};

/// Waits until the task holds the mutex, and gives a guard that unlocks it.
class [[nodiscard]] scoped_lock_wait final : public awaitable<scoped_lock_wait, mutex_wait> {
  friend class awaitable<scoped_lock_wait, mutex_wait>;
  friend class mutex;
  explicit scoped_lock_wait(mutex& wanted) noexcept : awaitable(wanted) {}
  mutex_guard result() noexcept;
};

/// A lock that one task holds at a time. unlock() hands it to the task that has waited longest, so
/// nobody can overtake. Not recursive.
///
/// The lock belongs to the task that took it: that task unlocks it (asserted), before it ends
/// (asserted). So `dump_tasks` can say who holds what a task waits for, and a cycle shows.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters, and be unlocked at its end (asserted).
/// Source:   asyncio.Lock; trio.Lock for the ownership.
class mutex {
 public:
  mutex() = default;
  mutex(mutex&&) = delete;  // waiters point at it
  ~mutex();

  bool locked() const noexcept { return owner_ != nullptr; }
  /// The task that holds it, or null.
  const task_record* holder() const noexcept { return owner_; }

  /// Waits until the calling task holds the lock; does not suspend if it is free.
  /// Requires: the task does not hold it already (asserted: it would wait for itself).
  ///
  /// Cancel: leaves the list of waiters. A lock that was handed over before the cancel came is
  ///         held.
  lock_wait lock() noexcept { return lock_wait(*this); }

  /// As lock(); the guard that it gives unlocks at its end: `auto guard = co_await
  /// m.scoped_lock();`
  scoped_lock_wait scoped_lock() noexcept { return scoped_lock_wait(*this); }

  /// Takes the lock for the running task if it is free.
  /// Returns: whether it did.
  bool try_lock() noexcept;

  /// Hands the lock to the longest waiter, whose task becomes ready, or frees it.
  /// Requires: the running task holds it.
  void unlock() noexcept;

 private:
  friend class condition;
  friend class condition_wait;
  friend class mutex_wait;

  void take(task_record& task) noexcept;

  wait_list waiters_;
  task_record* owner_ = nullptr;
};

/// Holds a mutex locked for as long as it lives. Move-only, within its task.
///
/// Lifetime: ends before the mutex.
class [[nodiscard]] mutex_guard {
 public:
  mutex_guard(mutex_guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  mutex_guard& operator=(mutex_guard&& other) noexcept {
    mutex_guard(std::move(other)).swap(*this);
    return *this;
  }
  ~mutex_guard() { unlock(); }

  /// Whether it still holds the mutex.
  bool owns_lock() const noexcept { return held_ != nullptr; }
  /// Unlocks early; a second time does nothing.
  void unlock() noexcept {
    if (held_ != nullptr) std::exchange(held_, nullptr)->unlock();
  }

 private:
  friend class scoped_lock_wait;
  explicit mutex_guard(mutex& held) noexcept : held_(&held) {}
  void swap(mutex_guard& other) noexcept { std::swap(held_, other.held_); }

  mutex* held_;
};

inline mutex_wait::mutex_wait(mutex& wanted) noexcept
    : list_wait(wanted.waiters_), mutex_(wanted) {}

inline mutex_guard scoped_lock_wait::result() noexcept {
  return mutex_guard(mutex_);
}

}  // namespace pirn
