// pidfd: child processes known by a descriptor: signals that hit no other, and how they ended.
#pragma once

#include <cstdint>

#include "pirn/platform/fd.hpp"

namespace pirn {

/// How a child ended.
struct child_end {
  enum class kind : std::uint8_t { exited, signalled, dumped_core };
  kind how = kind::exited;
  int number = 0;  ///< the exit code, or the signal
};

/// The descriptor of a child that has not been reaped; readable once the child has ended. Empty on
/// failure, with errno.
unique_fd open_pidfd(int pid) noexcept;

/// Takes the end of a child, so that no zombie stays.
///
/// Returns: 1 with `end` set; 0 while it runs; -ECHILD when someone else took it.
int reap(int pidfd, child_end& end) noexcept;
/// The same, but blocks until it has ended.
int reap_blocking(int pidfd, child_end& end) noexcept;

/// Returns: 0 or -errno; -ESRCH when the child has been reaped.
int send_signal(int pidfd, int signal) noexcept;
/// Sends a signal to all processes of a group.
/// Requires: the group's leader has not been reaped, or the number may be another's by now.
int send_group_signal(int group, int signal) noexcept;

/// Ends a child that has no descriptor, and waits for it.
void kill_and_reap(int pid) noexcept;

}  // namespace pirn
