// executor_option: who makes the calls of a subcommand.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "command.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

enum class executor_choice : std::uint8_t {
  threads,
  processes,
  mpi,        ///< the ranks that mpirun started
  this_loop,  ///< one after the other, here: the inline executor
};

struct executor_option {
  executor_choice choice = executor_choice::threads;
  unsigned jobs = 0;  ///< threads or processes; 0: one a processor
};
static_assert(std::is_trivially_copyable_v<executor_option>);

/// Adds --executor and --jobs. `who` is what the help says of the former: "who digests".
void add_executor_options(CLI::App& command, executor_option& option, const std::string& who);

/// Throws: usage_error when there is a number of jobs for what has a number of its own.
void check_executor_options(const executor_option& option);

/// How a loop runs whose calls are made there: where it makes them itself, it is too busy to hear
/// of signals.
run_options with_signals_for(const executor_option& option, run_options options);

/// Ends the program at once after a signal: a thread may be in the middle of a call that takes
/// long, and cannot be called back. Does nothing for processes, which can be killed.
void leave_after(const ended_by_signal& asked, const executor_option& option);

}  // namespace pirn::apps
