// condition: tasks wait, with a mutex unlocked, until another task says that something has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/core/sleep.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/wait_list.hpp"
#include "pirn/sync/mutex.hpp"

namespace pirn {

class condition;

/// Waits for a notification, and then for the mutex.
class [[nodiscard]] condition_wait final : public awaitable<condition_wait, list_wait> {
 public:
  static constexpr bool selectable = false;  // it must have the mutex again before it ends

  std::string describe() const override;
  const task_record* holder() const noexcept override;

 private:
  friend class awaitable<condition_wait, list_wait>;
  friend class condition;

  // With `idle` and `listening` it stands among the condition's waiters, else among the mutex's.
  enum class stage : std::uint8_t { idle, listening, notified, cut_short };

  explicit condition_wait(condition& awaited) noexcept;
  bool try_complete() const noexcept;
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;
  void result();

  condition& condition_;
  stage stage_ = stage::idle;
};

/// Lets tasks that share state under a mutex wait for a change of it.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted).
/// Source:   asyncio.Condition; the mutex is always one of the caller's.
class condition {
 public:
  explicit condition(mutex& guarded_by) noexcept : mutex_(guarded_by) {}
  condition(condition&&) = delete;  // waiters point at it

  /// Unlocks the mutex, waits for a notification, and locks the mutex again. A notified task queues
  /// for the mutex at once, behind those that wait for it already.
  /// Requires: the task holds the mutex.
  ///
  /// Cancel: (and interrupt) waits on until the task holds the mutex again, out of reach of further
  ///         cancels, and throws then. A notification that came before the cancel is a result: it
  ///         is returned, and the next operation throws, so none is lost on a task that ignores it.
  condition_wait wait() noexcept { return condition_wait(*this); }

  /// Waits until `predicate()` is true, asking at first and after each notification, always with
  /// the mutex locked.
  /// Returns:  what the predicate returned.
  /// Requires: the task holds the mutex.
  /// Throws:   what the predicate throws.
  /// Cancel:   as wait().
  template <class Predicate>
  auto wait_for(Predicate&& predicate) {
    static_assert(detail::callable_survives<Predicate>, PIRN_CLOSURE_ADVICE);
    return wait_until_true<std::decay_t<Predicate>>(std::forward<Predicate>(predicate));
  }

  /// Notifies the `count` tasks that have waited longest, or all when there are fewer. They go on
  /// once they have the mutex, which the caller still holds.
  /// Requires: the running task holds the mutex.
  void notify(std::size_t count = 1) noexcept;
  void notify_all() noexcept { notify(SIZE_MAX); }

 private:
  friend class condition_wait;

  template <class Predicate>
  task<std::decay_t<std::invoke_result_t<Predicate&>>> wait_until_true(Predicate predicate) {
    task_record& me = co_await this_task_record{};
    check_held(me);
    co_await check_cancelled();
    for (;;) {
      auto answer = predicate();
      if (answer) co_return answer;
      co_await wait();
    }
  }
  void check_held(const task_record& task) const noexcept;

  mutex& mutex_;
  wait_list waiters_;
};

inline condition_wait::condition_wait(condition& awaited) noexcept
    : awaitable(awaited.waiters_), condition_(awaited) {}

}  // namespace pirn
