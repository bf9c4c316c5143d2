#include "pirn/platform/pidfd.hpp"

#include <cerrno>
#include <csignal>

#include <sys/wait.h>

extern "C" {  // glibc 2.36 forgets it
#include <sys/pidfd.h>
}

namespace pirn {

namespace {

int take_end(int pidfd, child_end& end, int options) noexcept {
  siginfo_t info{};
  int failed = 0;
  do {
    failed = ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | options);
  } while (failed != 0 && errno == EINTR);
  if (failed != 0) return -errno;
  if (info.si_pid == 0) return 0;
  end.number = info.si_status;
  switch (info.si_code) {
    case CLD_KILLED:
      end.how = child_end::kind::signalled;
      break;
    case CLD_DUMPED:
      end.how = child_end::kind::dumped_core;
      break;
    case CLD_EXITED:
    default:  // a plain int of the kernel's
      end.how = child_end::kind::exited;
      break;
  }
  return 1;
}

}  // namespace

unique_fd open_pidfd(int pid) noexcept {
  return unique_fd(::pidfd_open(pid, 0));  // close-on-exec by itself
}

int reap(int pidfd, child_end& end) noexcept {
  return take_end(pidfd, end, WNOHANG);
}
int reap_blocking(int pidfd, child_end& end) noexcept {
  return take_end(pidfd, end, 0);
}

int send_signal(int pidfd, int signal) noexcept {
  return ::pidfd_send_signal(pidfd, signal, nullptr, 0) == 0 ? 0 : -errno;
}
int send_group_signal(int group, int signal) noexcept {
  return ::kill(-group, signal) == 0 ? 0 : -errno;
}

void kill_and_reap(int pid) noexcept {
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace pirn
