// cancel_each: runs a program once for each of its suspensions, and cancels it there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <type_traits>

#include "pirn/core/task.hpp"
#include "pirn/run/run.hpp"

namespace pirn::testing {

enum class cancel_target : std::uint8_t {
  main_task,       ///< the program as a whole
  suspended_task,  ///< the one task that has just been suspended; the others go on
};

struct cancel_each_options {
  cancel_target target = cancel_target::main_task;
  /// Virtual time, or a kernel's driver, whose runs may come to other points each time.
  driver_choice driver = driver_choice::virtual_time;
  std::uint64_t seed = 0;  ///< of the virtual world, and of the shuffling
  bool shuffle = false;    ///< resume what is ready together in an order drawn from the seed
};
static_assert(std::is_trivially_copyable_v<cancel_each_options>);

/// How one run of the program went.
struct cancelled_run {
  /// After how many resumptions, of whatever task, the cancel came; zero: the run without a cancel.
  std::size_t point = 0;
  /// The tasks at that moment, as `dump_tasks` shows them; empty when the target had ended.
  std::string tasks;
  /// Whether the program ended by `cancelled`.
  bool was_cancelled = false;
  /// What it threw instead, or null.
  std::exception_ptr error;

  /// The point, the tasks and the error in words, for a test's message.
  std::string describe() const;
};

/// Makes the program, fresh for each run. What the coroutine refers to must outlive the call.
using program_maker = std::function<task<>()>;
/// Looks at what a run left behind.
using run_check = std::function<void(const cancelled_run&)>;

/// Throws when the run ended with an error.
void expect_no_error(const cancelled_run& run);

/// Cancels a program at every one of its suspensions in turn: runs it once to the end, counting,
/// then once for each suspension of any of its tasks (and once before its start), cancelling
/// `options.target` when it has come there; until a run has ended before its point. After each run
/// calls `check`.
///
/// Returns: the number of runs.
/// Throws:  std::runtime_error that names the point when a run leaves anything behind: timers,
///          coroutine frames, descriptors, children, or what its driver holds (sockets, packets,
///          lent buffers); when a cancelled main task deadlocks, or is not at its end after 20 s of
///          a kernel's time; what `check` throws. A program of which one task was cancelled may
///          wait for that task for ever: then `check` gets the deadlock_error, on virtual time.
///          Tasks left behind, and a program that does not end, are stopped by an assertion.
std::size_t cancel_each_await(const program_maker& make, const run_check& check = expect_no_error,
                              cancel_each_options options = {});

}  // namespace pirn::testing
