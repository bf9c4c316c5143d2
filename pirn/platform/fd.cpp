#include "pirn/platform/fd.hpp"

#include <cerrno>

#include <unistd.h>

namespace pirn {

void unique_fd::reset(int descriptor) noexcept {
  int old = std::exchange(descriptor_, descriptor);
  if (old < 0) return;
  int saved = errno;
  // Not repeated after EINTR: Linux has freed the number by then, and someone else may have it.
  ::close(old);
  errno = saved;
}

std::error_code last_error() noexcept {
  return errno_code(errno);
}

}  // namespace pirn
