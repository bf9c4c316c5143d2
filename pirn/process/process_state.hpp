// process_state: what a process and the work that was begun on it share.
#pragma once

#include <string>

#include "pirn/platform/descriptor_set.hpp"
#include "pirn/platform/pidfd.hpp"
#include "pirn/process/process.hpp"

namespace pirn::detail {

/// What communicate() has done so far; kept here, so that it can be gone on with.
struct conversation {
  bool begun = false;
  descriptor_set streams;  // those of the process that are open
  std::string input;
  std::size_t written = 0;
  program_result received;
};

struct process_state {
  std::string name;
  int pid = 0;
  unique_fd pidfd;
  bool own_group = false;
  bool reaped = false;  // its number, and its group's, may be another's by now
  exit_status status;   // when reaped
  descriptor_stream input;
  descriptor_stream output;
  descriptor_stream errors;
  conversation talk;

  /// Takes its end if it has come.
  /// Returns: whether it has.
  bool try_reap();
  /// To its group if it leads one.
  /// Returns: 0 or -errno; 0 when there is nobody left.
  int signal_all(int number) noexcept;
  /// Kills it and waits for its end, unless it is out of our reach.
  void end_now() noexcept;

  [[noreturn]] void fail(std::string_view operation, int error) const;
};

}  // namespace pirn::detail
