// barrier: tasks wait there for each other until a set number has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "pirn/core/wait_list.hpp"

namespace pirn {

class barrier;

/// A barrier that a task waited at was broken by abort() or emptied by reset().
class broken_barrier : public std::runtime_error {
 public:
  broken_barrier() : std::runtime_error("the barrier was aborted or reset") {}
};

/// Waits until all parties of a barrier are there.
class [[nodiscard]] barrier_wait final : public awaitable<barrier_wait, list_wait> {
 public:
  ~barrier_wait();
  std::string describe() const override;

 private:
  friend class awaitable<barrier_wait, list_wait>;
  friend class barrier;
  static constexpr std::size_t broken = SIZE_MAX;

  explicit barrier_wait(barrier& awaited) noexcept;
  bool try_complete() noexcept;
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;
  std::size_t result() const;

  barrier& barrier_;
  std::size_t index_ = broken;
};

/// A place where tasks wait for each other: when `parties` tasks wait, all go on, and the barrier
/// is empty again at once, for the next round.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted).
/// Source:   asyncio.Barrier, without its draining: who was let through is through, and a task may
///           come again while others of its round have yet to run.
class barrier {
 public:
  /// Requires: parties >= 1.
  explicit barrier(std::size_t parties) noexcept;
  barrier(barrier&&) = delete;  // waiters point at it

  std::size_t parties() const noexcept { return parties_; }
  /// Tasks that wait there now.
  std::size_t n_waiting() const noexcept { return waiting_; }
  /// Whether abort() was called, and reset() not since.
  bool broken() const noexcept { return broken_; }

  /// Waits until `parties` tasks are there; the last one does not suspend.
  /// Returns: the task's place in its round by arrival, each of 0 .. parties-1 once.
  /// Throws:  broken_barrier when it is broken, or when abort() or reset() come first.
  /// Cancel:  steps back out of the round; the others wait on.
  barrier_wait wait() noexcept { return barrier_wait(*this); }

  /// Breaks the barrier: the tasks there, and all that come until reset(), get broken_barrier.
  void abort() noexcept;
  /// Makes the barrier empty and whole; the tasks there get broken_barrier.
  void reset() noexcept;

 private:
  friend class barrier_wait;

  wait_list waiters_;
  std::size_t parties_;
  std::size_t waiting_ = 0;  // the length of `waiters_`
  bool broken_ = false;
};

inline barrier_wait::barrier_wait(barrier& awaited) noexcept
    : awaitable(awaited.waiters_), barrier_(awaited) {}

}  // namespace pirn
