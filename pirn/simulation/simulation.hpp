// simulation: virtual time, and the processes that live in it.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "pirn/base/scope_guard.hpp"
#include "pirn/base/tick.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "pirn/simulation/random.hpp"
#include "pirn/simulation/replication_stop.hpp"
#include "pirn/simulation/unhandled_failures.hpp"
#include "pirn/sync/event.hpp"

namespace pirn {

struct simulation_options {
  std::uint64_t seed = 0;              ///< of `random()`
  time_point start_time{};             ///< what the clock shows at first
  pirn::tick tick = tick::nanosecond;  ///< in which the clock counts
};
static_assert(std::is_trivially_copyable_v<simulation_options>);

/// A simulation of discrete events: a clock that jumps from one to the next, and processes, which
/// are ordinary tasks. They sleep with `sleep_for`, start others with `spawn` or in groups, wait
/// for each other, for events, resources and stores of `pirn::des`, race and time out; an
/// `interrupt` of a child goes ahead of all that is due.
///
/// A process that fails ends the run, which throws what it threw; but one whose end somebody waits
/// for leaves it to them. So does an event (see des::event).
///
/// Things of one moment happen in the order (priority, planning). A moment past the end of the
/// clock, 2^63 ticks from its zero, is a std::overflow_error.
///
/// Threads:  made, run and destroyed on one.
/// Lifetime: what its processes use outlives it, as it ends them: declare it after that.
/// Cost:     a sleep some 30 ns, with a million processes 250; a process that sleeps 250 bytes; a
///           simulation half a microsecond, and its random numbers, if used, some more.
/// Source:   SimPy's Environment.
/// Example:  examples/49_queue.cpp
class simulation {
 public:
  explicit simulation(const simulation_options& options = {});
  simulation(simulation&&) = delete;  // its loop points at its driver
  /// Cancels the processes that are left, which clean up; what they throw then is dropped.
  ~simulation();

  /// The simulation whose process runs.
  /// Requires: one does.
  static simulation& current();

  /// Starts a process: the task `fn(args...)`, or a plain function. From outside, or from a
  /// process. Returns: a child: awaited, it gives the process's result; it may be dropped.
  template <class Fn, class... Args>
  auto spawn(Fn&& fn, Args&&... args) {
    loop_entry entered(loop_);
    return processes_->spawn(std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  /// Runs until nothing is left to happen; processes may be left that wait for nothing any more.
  /// Throws: what a process threw; as all ways to run do, `cancelled` in a replication that nobody
  ///         wants any more (des::replicate).
  void run();

  /// Runs until the clock shows `end`. What is planned for that moment has not happened.
  /// Requires: it is not past.
  /// Returns:  whether anything is left to happen.
  /// Throws:   what a process threw.
  bool run_until(time_point end);
  template <class Rep, class Period>
  bool run_for(std::chrono::duration<Rep, Period> length) {
    return run_until(loop_.from_now(length));
  }

  /// Runs until a process (a child) has ended, or an event has happened.
  /// Returns: false when that cannot come any more.
  /// Throws:  what the process or the event threw; what another process threw.
  template <class Awaited>
    requires requires(Awaited& awaited) { awaited.wait(); }
  bool run_until(Awaited& awaited) {
    bool came = false;
    child<> watching = spawn(watch<Awaited>, &awaited, &came, this);
    run_watched(watching);
    return came;
  }

  /// Moves to the next moment at which anything happens, and lets it happen, all of it.
  /// Returns: false when nothing is left to happen.
  bool step();
  /// The moment of what happens next; `never` when nothing is left.
  time_point peek() noexcept;

  time_point now() const noexcept { return loop_.now(); }
  /// The time since the clock's zero in a unit of the caller's choice, say a
  /// `std::chrono::duration<double, std::ratio<60>>`; whole units are rounded down.
  template <class Duration>
  Duration now_in() const {
    return loop_.scale().length_of<Duration>(now().time_since_epoch().count());
  }

  /// Random numbers of the simulation's seed. Seeded when they are first asked for.
  des::random& random() noexcept { return random_ ? *random_ : random_.emplace(seed_); }
  pirn::loop& loop() noexcept { return loop_; }
  /// Processes that have not ended.
  std::size_t active() const noexcept { return processes_->active(); }

 private:
  /// The group of the processes: one that fails does not take the others with it.
  class process_group final : public task_group {
   public:
    process_group(task_record& owner, simulation& home) noexcept : task_group(owner), home_(home) {}

   private:
    void child_failed(const task_record& child, std::exception_ptr error) noexcept override;
    simulation& home_;
  };

  template <class Awaited>
  static task<> watch(Awaited* awaited, bool* came, simulation* home) {
    const scope_exit stop([home]() noexcept { home->stopped_ = true; });
    auto wait = awaited->wait();
    co_await wait;
    *came = true;
  }
  void run_watched(child<>& watching);

  static task<> keep(simulation* home);
  void go_on();
  void throw_failure();
  static des::detail::unhandled_failures* unhandled_here() noexcept;
  friend bool des::detail::note_unhandled(const void*, const std::exception_ptr&);
  friend void des::detail::note_handled(const void*) noexcept;

  des::detail::stop_listener replication_{stopped_};
  virtual_driver driver_;
  pirn::loop loop_;
  process_group* processes_ = nullptr;  // in the frame of keep()
  event closing_;
  std::uint64_t seed_;
  std::optional<des::random> random_;
  bool stopped_ = false;
  bool ended_ = false;
  std::exception_ptr failure_;
  des::detail::unhandled_failures unhandled_{loop_, failure_, stopped_};
};

}  // namespace pirn
