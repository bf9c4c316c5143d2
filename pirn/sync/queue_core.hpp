// queue_core: the part of a queue that does not depend on what is queued.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "pirn/core/wait_list.hpp"

namespace pirn {

/// A queue that was shut down takes no more items; and has none left to give, when pop() throws it.
/// Source: asyncio.QueueShutDown.
class queue_shut_down : public std::runtime_error {
 public:
  queue_shut_down() : std::runtime_error("the queue is shut down") {}
};

struct queue_shutdown_options {
  bool immediate = false;  ///< drop what is in the queue, and count it as done
};

namespace detail {
class queue_core;
}

/// Waits until all that was pushed into a queue is done.
class [[nodiscard]] queue_join_wait final : public awaitable<queue_join_wait, list_wait> {
 public:
  std::string describe() const override;

 private:
  friend class awaitable<queue_join_wait, list_wait>;
  friend class detail::queue_core;

  explicit queue_join_wait(detail::queue_core& awaited) noexcept;
  bool try_complete() const noexcept;

  const detail::queue_core& queue_;
};

namespace detail {

/// Counts, limits and waiters of a queue; `basic_queue` adds the items.
class queue_core {
 public:
  queue_core(queue_core&&) = delete;  // waiters point at it

  /// How many items it holds at most; zero: as many as memory allows.
  std::size_t maxsize() const noexcept { return limit_ == SIZE_MAX ? 0 : limit_; }
  /// Items that were pushed and not reported by task_done() yet.
  std::size_t unfinished() const noexcept { return unfinished_; }
  bool is_shut_down() const noexcept { return shut_down_; }

  /// Says that an item that was popped has been dealt with; at the last one the tasks in join()
  /// become ready.
  /// Requires: no more calls than items were pushed.
  void task_done() noexcept;

  /// Waits until task_done() was called for every item that was pushed.
  ///
  /// Cancel: leaves the list of waiters.
  queue_join_wait join() noexcept { return queue_join_wait(*this); }

 protected:
  explicit queue_core(std::size_t maxsize) noexcept : limit_(maxsize == 0 ? SIZE_MAX : maxsize) {}
  ~queue_core() = default;

  /// The wait that came first, but for the task's own: in a select that pushes and pops one queue
  /// a task must not serve itself, for only one of the two may happen. Null when there is none.
  static list_wait* first_of_others(const wait_list& waits, const task_record* own) noexcept {
    list_wait* each = waits.first();
    while (each != nullptr && each->waiter() == own) [[unlikely]]
      each = waits.next(*each);
    return each;
  }

  void close(std::size_t dropped) noexcept;
  std::string describe_pop() const;
  std::string describe_push() const;
  [[noreturn, gnu::cold]] static void throw_shut_down();

  wait_list poppers_;  // if any but a running select's, there is no item
  wait_list pushers_;  // if any but a running select's, there is no place
  wait_list joiners_;
  std::size_t limit_;
  std::size_t unfinished_ = 0;
  bool shut_down_ = false;

 private:
  friend class pirn::queue_join_wait;
};

}  // namespace detail

inline queue_join_wait::queue_join_wait(detail::queue_core& awaited) noexcept
    : awaitable(awaited.joiners_), queue_(awaited) {}

}  // namespace pirn
