// loop: a clock, a ready list, a timer queue and a driver; it resumes tasks, and nothing else does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pirn/base/hash.hpp"
#include "pirn/base/random.hpp"
#include "pirn/base/tick.hpp"
#include "pirn/base/time.hpp"
#include "pirn/core/blocking_job.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/core/loop_handle.hpp"
#include "pirn/core/ready_list.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/task_local.hpp"
#include "pirn/core/task_record.hpp"
#include "pirn/core/timer.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

namespace detail {

/// What a loop keeps for a `loop_local`; a link of its chain of them.
struct loop_value {
  virtual ~loop_value() = default;

  const void* variable = nullptr;
  std::unique_ptr<loop_value> next;
};

}  // namespace detail

/// How a loop goes about its turns.
struct loop_options {
  /// Resume the ready tasks of each turn in an order drawn from this seed, to find programs that
  /// rely on the order. Virtual drivers only; elsewhere the ready list is first in, first out by
  /// promise.
  std::optional<std::uint64_t> shuffle_seed{};
  /// Keep a running hash of every resumption (`loop::decisions`), to compare two runs.
  bool record_decisions = false;
  /// Measure each resumption and report those that hold the loop longer than `slow_limit`; report
  /// tasks that are never awaited (`loop::on_warning`).
  bool debug = false;
  duration slow_limit = std::chrono::milliseconds(100);
  /// How long a tick of the clock is; virtual drivers only. With another one than the nanosecond,
  /// a `time_point` and what is subtracted from it count these ticks.
  pirn::tick tick = pirn::tick::nanosecond;
  /// A moment past the end of the clock is an error instead of `never`.
  bool checks_clock_end = false;
};

/// Runs tasks on one thread.
///
/// Turns and polls: a turn resumes what was ready when it began. A poll moves due timers and mail
/// to the ready list and lets the driver submit and reap; it comes when nothing is ready, when
/// there is news, and at the latest after 64 turns or 1,024 resumptions, and blocks only if nothing
/// is ready. Time stands still between polls.
///
/// Threads: one, but `mail()` and `post()`.
class loop {
 public:
  explicit loop(pirn::driver& outside, loop_options options = {});
  loop(loop&&) = delete;  // everything points at it
  ~loop();

  /// The loop that this thread is running.
  /// Requires: there is one.
  static loop& current() noexcept {
    PIRN_ASSERT(current_loop != nullptr, "no loop runs on this thread");
    return *current_loop;
  }
  static loop* current_or_null() noexcept { return current_loop; }

  time_point now() const noexcept { return now_; }
  /// The moment that is `length` from now, or `never` past the end of the clock.
  /// Throws: where loop_options ask for it, std::overflow_error past the end of the clock; with
  ///         other ticks, std::domain_error for a length that is no whole number of them.
  time_point from_now(duration length) const {
    if (scale_.is_nanosecond()) [[likely]] {
      std::int64_t sum = 0;
      const std::int64_t start = now_.time_since_epoch().count();
      if (!__builtin_add_overflow(start, length.count(), &sum)) [[likely]]
        return time_point(duration(sum));
    }
    return from_now_in_ticks(length);
  }
  /// The same for lengths that are no whole nanoseconds: to the nearest tick in floating point,
  /// else exactly.
  template <class Rep, class Period>
  time_point from_now(std::chrono::duration<Rep, Period> length) const {
    if constexpr (std::convertible_to<std::chrono::duration<Rep, Period>, duration>) {
      using unit_ratio = std::ratio_divide<Period, std::nano>;
      std::int64_t nanoseconds = 0;
      if (!__builtin_mul_overflow(std::int64_t{length.count()}, unit_ratio::num, &nanoseconds))
          [[likely]]
        return from_now(duration(nanoseconds));
    }
    return from_now_by(scale_.ticks_in(length));
  }
  const tick_scale& scale() const noexcept { return scale_; }

  pirn::driver& driver() noexcept { return driver_; }
  timer_queue& timers() noexcept { return timers_; }
  /// The task that is running now, or null inside a callback.
  task_record* current_task() const noexcept { return current_; }
  scope_node& root() noexcept { return root_; }
  const loop_options& options() const noexcept { return options_; }

  // Threads: any.
  inbox& mail() noexcept { return inbox_; }
  /// Calls `fn`, which must not throw, on the loop's thread, between its tasks' turns. A call that
  /// has not been made when the loop ends is dropped.
  /// Lifetime: the loop must not have ended.
  void post(std::move_only_function<void()> fn);

  /// Runs turns and polls until the task has ended.
  /// Returns: false when it has not, but waits, and nothing can wake it any more.
  bool run_until_ended(const task_record& task);
  /// The same until `flag` is set, which the loop looks at between turns.
  bool run_until_set(const bool& flag);
  /// Lets other threads reach the loop through its handles.
  void receive_visitors() noexcept { door_->open(); }
  /// Lets nobody in any more, drops the calls that were posted, cancels the tasks that other loops
  /// started here, and runs until they have ended.
  void see_visitors_off();
  bool has_ready() const noexcept { return !ready_.empty() || !urgent_.empty(); }
  /// Runs what is ready and due at this moment, without blocking.
  void run_ready();

  /// Where blocking calls go (to_thread, the resolver).
  /// Requires: one was lent.
  blocking_runner& blocking() const noexcept {
    PIRN_ASSERT(blocking_ != nullptr, "this loop was given no threads for blocking calls");
    return *blocking_;
  }
  void lend(blocking_runner& threads) noexcept { blocking_ = &threads; }

  // For loop_local.
  detail::loop_value* find_value(const void* variable) const noexcept;
  void keep_value(std::unique_ptr<detail::loop_value> made) noexcept;

  // For waits.
  void make_ready(ready_node& node) noexcept { ready_.push(node); }
  void make_ready_first(ready_node& node) noexcept { urgent_.push(node); }

  // What may still wake a task, besides timers: awaited requests at the driver, and work on other
  // threads.
  void foreground_started() noexcept { ++foreground_; }
  void foreground_ended() noexcept { --foreground_; }
  bool awaits_outside_work() const noexcept { return outside_work_ != 0; }
  void outside_work_started() noexcept { ++outside_work_; }
  void outside_work_ended() noexcept { --outside_work_; }

  // Tasks that other loops start here (run_on).
  detail::loop_door& door() noexcept { return *door_; }
  const detail::loop_door& door() const noexcept { return *door_; }
  bool is_closing() const noexcept { return closing_; }
  void visit_started() noexcept { ++visits_; }
  void visit_ended() noexcept { --visits_; }

  std::uint64_t next_task_id() noexcept { return ++last_task_id_; }
  /// Hash of the resumptions so far: which task, when. Zero unless recorded.
  std::uint64_t decisions() const noexcept { return decisions_.value(); }
  /// Told (in debug mode) of what is probably a mistake: a resumption that took too long, with the
  /// task and its line; a task that was made and never awaited, with its function. Must not throw.
  std::function<void(const std::string&)> on_warning;
  /// Told (by a loop that records decisions) after each resumption which task it was; the task may
  /// have ended. It may cancel tasks.
  std::function<void(std::uint64_t task_id)> on_resumed;

  /// The tree of tasks as text: name, state, what each waits for, since when, where, and who holds
  /// it.
  std::string dump_tasks() const;

  void report_never_awaited(const frame_base& frame) const noexcept;

 private:
  friend class loop_entry;

  static constexpr unsigned turns_between_polls = 64;
  static constexpr unsigned resumes_between_polls = 1024;

  template <class Done>
  bool run_until(Done done);
  bool can_be_woken() const noexcept;
  bool wait_for_news();
  void turn() noexcept;
  void careful_turn();
  void resume(ready_node& node) noexcept;
  void resume_measured(task_record& task);
  void poll(bool may_block);
  void jump(time_point until);
  time_point first_timer() noexcept { return timers_.empty() ? never : timers_.earliest(); }
  void catch_up();
  time_point from_now_in_ticks(duration length) const;
  time_point from_now_by(std::int64_t ticks) const;
  void shuffle_ready();

  static constinit thread_local loop* current_loop;

  ready_list ready_;
  ready_list urgent_;
  task_record* current_ = nullptr;
  unsigned turns_ = 0;
  unsigned resumes_ = 0;
  bool careful_;
  bool is_virtual_;
  tick_scale scale_;
  time_point now_;
  pirn::driver& driver_;
  timer_queue timers_;
  inbox inbox_;
  blocking_runner* blocking_ = nullptr;
  std::unique_ptr<detail::loop_value> values_;  // the youngest first
  std::size_t foreground_ = 0;
  std::size_t outside_work_ = 0;
  detail::loop_door* door_;  // shared with the handles
  std::size_t visits_ = 0;
  bool closing_ = false;
  std::uint64_t last_task_id_ = 0;
  loop_options options_;
  running_hash decisions_;
  random_source shuffler_;
  struct root_scope : scope_node {
    root_scope() : scope_node(kind::root) {}
  } root_;
};

/// Makes a loop the thread's current one for as long as it lives.
class loop_entry {
 public:
  explicit loop_entry(loop& entered) noexcept : before_(loop::current_loop) {
    loop::current_loop = &entered;
  }
  loop_entry(loop_entry&&) = delete;  // restores in stack order
  ~loop_entry() { loop::current_loop = before_; }

 private:
  loop* before_;
};

/// The present moment of the running loop.
inline time_point now() noexcept {
  return loop::current().now();
}
/// The moment that is `length` from now on the running loop; any chrono duration. See
/// loop::from_now().
template <class Rep, class Period>
time_point from_now(std::chrono::duration<Rep, Period> length) {
  return loop::current().from_now(length);
}

// The hot path of every task and wait.

inline task_record::task_record(loop& home, scope_node& parent,
                                std::coroutine_handle<> root) noexcept
    : scope_node(kind::task),
      loop_(&home),
      innermost_(this),
      leaf_(root),
      id_(home.next_task_id()) {
  resume_point_ = root;
  attach_below(parent);
  set_attention(attention_cancel, is_cancelled());
  if (task_record* spawner = home.current_task()) [[likely]]
    bindings_ = detail::share_bindings(spawner->bindings());
}

inline task_record& task_record::make(loop& home, scope_node& parent, std::coroutine_handle<> root,
                                      std::span<const std::byte> note) {
  void* memory = detail::allocate_frame(sizeof(task_record) + note.size());
  auto* record = ::new (memory) task_record(home, parent, root);
  if (!note.empty()) record->write_note(note);
  return *record;
}

inline void task_record::pass_turn(std::coroutine_handle<> frame) noexcept {
  resume_point_ = frame;
  loop_->make_ready(*this);
}

inline void wait_node::check_attention() {
  waiter()->check_attention();
}

inline bool wait_node::spend_budget() noexcept {
  if (--waiter()->budget_ > 0) return true;
  set_ending(ending::done);
  return false;
}

inline void wait_node::suspend(std::coroutine_handle<> frame) noexcept {
  task_record& who = *waiter();
  set_ending(ending::waiting);
  who.resume_point_ = frame;
  who.waiting_ = this;
  std::construct_at(&who.waiting_since_, who.loop_->now());
}

inline void wait_node::prefetch_task() const noexcept {
  constexpr int to_write = 1;
  __builtin_prefetch(waiter(), to_write);
  __builtin_prefetch(reinterpret_cast<const std::byte*>(waiter()) + 64, to_write);
  __builtin_prefetch(reinterpret_cast<const std::byte*>(this) - 64, to_write);  // its frame
}

inline void wait_node::pass_turn(std::coroutine_handle<> frame) noexcept {
  waiter()->pass_turn(frame);
}

inline void wait_node::wake() noexcept {
  task_record& who = *waiter();
  if (who.waiting_ != this) [[unlikely]]
    return wake_as_member();
  set_ending(ending::done);
  who.waiting_ = nullptr;
  who.loop_->make_ready(who);
}

}  // namespace pirn
