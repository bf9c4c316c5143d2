// spawn: starts a program in a new process, without copying this one.
#pragma once

#include <expected>
#include <span>
#include <system_error>

#include "pirn/platform/fd.hpp"

namespace pirn {

/// A program to start. What it points at is read during the call only.
struct spawn_request {
  /// Searched on this process's PATH unless there is a slash in it.
  const char* program = nullptr;
  char* const* arguments = nullptr;    ///< argv, null at its end
  char* const* environment = nullptr;  ///< "NAME=value"s, null at their end
  const char* directory = nullptr;     ///< where it starts; null: where this process is

  /// The descriptor `from` of this process becomes `to` in the new one. `from` and `to` may be the
  /// same number.
  struct placement {
    int from;
    int to;
  };
  /// All descriptors that it gets besides 0, 1 and 2, which it inherits where nothing is placed.
  std::span<const placement> descriptors{};
  bool errors_to_output = false;  ///< its 2 is then a copy of its 1

  bool own_group = false;  ///< it leads a process group of its own, whose number is its own
};

/// A process that runs: its number, and a descriptor by which it is known and never mistaken.
struct spawned_process {
  int pid = 0;
  unique_fd pidfd;
};

/// Starts a program. It begins with no signal blocked and SIGPIPE at its default.
///
/// Returns: the process, or why there is none; then nothing stays behind.
/// Threads: any. The thread stands still until the program has been loaded.
/// Cost:    posix_spawn(3), no copy of this process's memory.
std::expected<spawned_process, std::error_code> spawn(const spawn_request& request);

}  // namespace pirn
