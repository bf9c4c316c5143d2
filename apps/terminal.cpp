#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace pirn::apps {

bool standard_error_is_terminal() noexcept {
  return isatty(STDERR_FILENO) == 1;
}

std::size_t terminal_width() noexcept {
  constexpr std::size_t customary = 80;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return customary;
  return size.ws_col;
}

}  // namespace pirn::apps
