#include "pirn/http/wall_clock.hpp"

#include "pirn/core/loop.hpp"

namespace pirn::http {

std::chrono::sys_seconds wall_seconds() noexcept {
  if (loop::current().driver().is_virtual()) {
    return std::chrono::sys_seconds(
        std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()));
  }
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace pirn::http
