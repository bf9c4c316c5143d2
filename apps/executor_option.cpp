#include "executor_option.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>

namespace pirn::apps {

void add_executor_options(CLI::App& command, executor_option& option, const std::string& who) {
  static const std::map<std::string, executor_choice> choices{
      {"threads", executor_choice::threads},
      {"processes", executor_choice::processes},
      {"mpi", executor_choice::mpi},
      {"inline", executor_choice::this_loop},
  };
  command
      .add_option_function<std::string>(
          "-x,--executor", [&option](const std::string& name) { option.choice = choices.at(name); },
          who + ": threads, processes, mpi or inline")
      ->check(CLI::IsMember({"threads", "processes", "mpi", "inline"}))
      ->option_text("NAME [threads]");
  constexpr unsigned jobs_max = 1000;
  command.add_option("-j,--jobs", option.jobs, "how many threads or processes; 0: one a processor")
      ->check(CLI::Range(0U, jobs_max))
      ->option_text("N [0]");
}

void check_executor_options(const executor_option& option) {
  const bool has_jobs =
      option.choice == executor_choice::threads || option.choice == executor_choice::processes;
  if (option.jobs == 0 || has_jobs) return;
  throw usage_error(
      "--jobs is for --executor threads or processes: inline takes one after the other, mpi has "
      "its ranks");
}

run_options with_signals_for(const executor_option& option, run_options options) {
  if (option.choice == executor_choice::this_loop) {
    options.handle_sigint = options.handle_sigterm = false;
  }
  return options;
}

void leave_after(const ended_by_signal& asked, const executor_option& option) {
  if (option.choice == executor_choice::processes) return;
  std::fflush(stdout);
  std::_Exit(asked.exit_status());
}

}  // namespace pirn::apps
