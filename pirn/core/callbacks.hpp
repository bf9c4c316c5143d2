// callbacks: functions that the loop calls soon, later, or when a descriptor is ready.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "pirn/core/child.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/wait_list.hpp"

namespace pirn {

namespace detail {

/// Makes the call at its turn, unless it was cancelled before.
template <class T>
task<> call_in_turn(task<T> call) {
  co_await check_cancelled();
  co_await std::move(call);
}
template <class T>
task<> call_at_moment(time_point when, task<T> call) {
  co_await sleep_until(when);
  co_await std::move(call);
}

}  // namespace detail

/// The wait of run_forever().
class [[nodiscard]] stop_wait;

/// asyncio's other face, for code that is written in callbacks. Each call is a task of a group: it
/// may await, it is seen in `dump_tasks`, the group waits for it, and its failure is the group's.
///
/// Threads:  its loop's; from another thread, `loop::post` a function that uses it.
/// Lifetime: ends before its group has been joined, and after run_forever() has returned.
/// Source:   the callback side of asyncio's event loop.
class callbacks {
 public:
  explicit callbacks(task_group& group) noexcept : group_(group) {}
  callbacks(callbacks&&) = delete;  // waiters point at it
  /// Removes the readers and writers; calls to come stay the group's.
  ~callbacks();

  /// Calls `fn(args...)` on a later turn: a plain function or a task. Calls are made in the order
  /// in which they were asked for.
  ///
  /// Returns: the handle: `cancel()` before its turn and it is not called. May be dropped.
  template <class Fn, class... Args>
  child<> call_soon(Fn&& fn, Args&&... args) {
    return group_.start(detail::call_in_turn(
        detail::spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...)));
  }

  /// The same when loop time reaches `when`.
  template <class Fn, class... Args>
  child<> call_at(time_point when, Fn&& fn, Args&&... args) {
    return group_.start(detail::call_at_moment(
        when, detail::spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...)));
  }
  /// The same after a length of time, counted from now.
  template <class Fn, class... Args>
  child<> call_later(duration delay, Fn&& fn, Args&&... args) {
    return call_at(from_now(delay), std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  /// Calls `fn` again and again while `descriptor` can be read from, hung up or broken, each time
  /// on a turn of its own. Takes the place of the descriptor's reader before.
  ///
  /// Fails with std::system_error, in the group, when the descriptor cannot be waited for.
  /// Lifetime: the descriptor stays open until the reader has been removed.
  void add_reader(int descriptor, std::move_only_function<void()> fn);
  /// Returns: whether there was one. It is not called again.
  bool remove_reader(int descriptor) noexcept;

  /// The same for writing.
  void add_writer(int descriptor, std::move_only_function<void()> fn);
  bool remove_writer(int descriptor) noexcept;

  /// Waits until stop() is called, now or before; calls may come from other threads meanwhile, so
  /// on a kernel's driver it is never a deadlock. May be called again. What is left in the group
  /// then is waited for by the group, or cancelled with it.
  stop_wait run_forever() noexcept;
  void stop() noexcept;

 private:
  friend class stop_wait;
  using watches = std::map<int, child<>>;

  void watch(watches& among, int descriptor, int events, std::move_only_function<void()> fn);
  static bool unwatch(watches& among, int descriptor) noexcept;

  task_group& group_;
  watches readers_;
  watches writers_;
  wait_list runners_;
  bool stopped_ = false;
};

class [[nodiscard]] stop_wait final : public awaitable<stop_wait, list_wait> {
 public:
  std::string describe() const override { return "stop()"; }

 private:
  friend class awaitable<stop_wait, list_wait>;
  friend class callbacks;
  explicit stop_wait(callbacks& running) noexcept
      : awaitable<stop_wait, list_wait>(running.runners_), running_(running) {}

  bool try_complete() noexcept { return std::exchange(running_.stopped_, false); }
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;

  callbacks& running_;
};

inline stop_wait callbacks::run_forever() noexcept {
  return stop_wait(*this);
}

}  // namespace pirn
