// semaphore: a number of permits, each held by one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "pirn/core/wait_list.hpp"

namespace pirn {

class semaphore;
class semaphore_permit;

/// What the waits for a permit have in common.
class permit_wait : public list_wait {
 public:
  std::string describe() const override;

 protected:
  explicit permit_wait(semaphore& wanted) noexcept;

  bool try_complete() noexcept;

  semaphore& semaphore_;
};

/// Waits for a permit.
class [[nodiscard]] acquire_wait final : public awaitable<acquire_wait, permit_wait> {
  friend class semaphore;
  explicit acquire_wait(semaphore& wanted) noexcept : awaitable(wanted) {}
};

/// Waits for a permit, and gives an owner that gives it back.
class [[nodiscard]] scoped_acquire_wait final : public awaitable<scoped_acquire_wait, permit_wait> {
  friend class awaitable<scoped_acquire_wait, permit_wait>;
  friend class semaphore;
  explicit scoped_acquire_wait(semaphore& wanted) noexcept : awaitable(wanted) {}
  semaphore_permit result() noexcept;
};

/// A number of permits. release() hands them to the tasks that have waited longest, so nobody can
/// overtake. Permits have no owner: whoever likes may release.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted) and its `semaphore_permit`s.
/// Source:   asyncio.Semaphore.
class semaphore {
 public:
  /// Requires: permits >= 0.
  explicit semaphore(std::ptrdiff_t permits = 1) noexcept : semaphore(permits, PTRDIFF_MAX) {}
  semaphore(semaphore&&) = delete;  // waiters point at it

  /// Permits that are free; while tasks wait there is none.
  std::ptrdiff_t value() const noexcept { return value_; }
  /// Whether acquire() would wait.
  bool locked() const noexcept { return value_ == 0; }

  /// Takes a permit; does not suspend if one is free.
  ///
  /// Cancel: leaves the list of waiters. A permit that was handed over before the cancel came is
  ///         taken.
  acquire_wait acquire() noexcept { return acquire_wait(*this); }

  /// As acquire(); what it gives releases the permit at its end: `auto permit = co_await
  /// s.scoped_acquire();`
  scoped_acquire_wait scoped_acquire() noexcept { return scoped_acquire_wait(*this); }

  /// Takes a permit if one is free.
  /// Returns: whether it did.
  bool try_acquire() noexcept;

  /// Gives permits: the longest waiters take them and become ready, the rest is kept.
  /// Requires: count >= 0.
  void release(std::ptrdiff_t count = 1) noexcept;

 protected:
  semaphore(std::ptrdiff_t permits, std::ptrdiff_t bound) noexcept;

 private:
  friend class permit_wait;

  wait_list waiters_;
  std::ptrdiff_t value_;
  std::ptrdiff_t bound_;
};

/// A semaphore that never has more permits than at first: a release() too many is a bug, and
/// asserted.
///
/// Source: asyncio.BoundedSemaphore.
class bounded_semaphore : public semaphore {
 public:
  /// Requires: permits >= 0.
  explicit bounded_semaphore(std::ptrdiff_t permits = 1) noexcept : semaphore(permits, permits) {}
};

/// Holds one permit for as long as it lives. Move-only; tasks may pass it on.
///
/// Lifetime: ends before the semaphore.
class [[nodiscard]] semaphore_permit {
 public:
  semaphore_permit(semaphore_permit&& other) noexcept
      : held_(std::exchange(other.held_, nullptr)) {}
  semaphore_permit& operator=(semaphore_permit&& other) noexcept {
    semaphore_permit(std::move(other)).swap(*this);
    return *this;
  }
  ~semaphore_permit() { release(); }

  /// Whether it still holds the permit.
  bool owns_permit() const noexcept { return held_ != nullptr; }
  /// Gives the permit back early; a second time does nothing.
  void release() noexcept {
    if (held_ != nullptr) std::exchange(held_, nullptr)->release();
  }

 private:
  friend class scoped_acquire_wait;
  explicit semaphore_permit(semaphore& held) noexcept : held_(&held) {}
  void swap(semaphore_permit& other) noexcept { std::swap(held_, other.held_); }

  semaphore* held_;
};

inline permit_wait::permit_wait(semaphore& wanted) noexcept
    : list_wait(wanted.waiters_), semaphore_(wanted) {}

inline bool permit_wait::try_complete() noexcept {
  return semaphore_.try_acquire();
}

inline semaphore_permit scoped_acquire_wait::result() noexcept {
  return semaphore_permit(semaphore_);
}

inline bool semaphore::try_acquire() noexcept {
  if (value_ == 0) return false;
  --value_;
  return true;
}

}  // namespace pirn
