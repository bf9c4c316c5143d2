#include "pirn/platform/uring_refusal.hpp"

#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include "pirn/platform/fd.hpp"

namespace pirn::detail {

namespace {

constexpr std::string_view filter_of_containers =
    "a seccomp filter forbids io_uring to this process, as container runtimes do by default";

int read_disabled_sysctl() {
  std::ifstream file("/proc/sys/kernel/io_uring_disabled");
  int value = -1;
  return file >> value ? value : -1;
}

bool is_filtered_by_seccomp() {
  constexpr int mode_filter = 2;
  std::ifstream file("/proc/self/status");
  for (std::string field; file >> field;) {
    int mode = 0;
    if (field == "Seccomp:") return (file >> mode) && mode == mode_filter;
  }
  return false;
}

}  // namespace

uring_refusal explain_uring_refusal(int error) {
  return {.error = error,
          .disabled_sysctl = read_disabled_sysctl(),
          .is_filtered = is_filtered_by_seccomp()};
}

std::string uring_refusal::in_words() const {
  switch (error) {
    case EPERM:
    case EACCES:
      if (disabled_sysctl == 2)
        return "the sysctl kernel.io_uring_disabled is 2: nobody may use it";
      if (is_filtered) return std::string(filter_of_containers);
      if (disabled_sysctl == 1) {
        return "the sysctl kernel.io_uring_disabled is 1: only for CAP_SYS_ADMIN and the group of "
               "kernel.io_uring_group";
      }
      break;
    case ENOSYS:
      if (is_filtered) return std::string(filter_of_containers);
      return "the kernel has no io_uring: it is older than 5.1, or was built without";
    case EINVAL:
    case EOPNOTSUPP:
      return "the kernel is older than 6.1";
    case ENOMEM:
      return "no memory for its queues, or more of it than RLIMIT_MEMLOCK allows";
    case EMFILE:
    case ENFILE:
      return "no descriptor is left for it";
    default:
      break;
  }
  return "io_uring_setup: " + errno_code(error).message();
}

}  // namespace pirn::detail
