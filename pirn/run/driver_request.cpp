#include "pirn/run/driver_request.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pirn {

driver_request requested_driver(driver_choice of_program) {
  using speaker = driver_request::speaker;
  if (of_program != driver_choice::automatic) {
    return {.wanted = of_program, .said_by = speaker::program};
  }
  const char* variable = std::getenv("PIRN_DRIVER");
  const std::string_view name = variable == nullptr ? "" : variable;
  if (name.empty()) return {};
  driver_request asked{.said_by = speaker::environment};
  if (name == "io_uring") {
    asked.wanted = driver_choice::io_uring;
  } else if (name == "epoll") {
    asked.wanted = driver_choice::epoll;
  } else if (name == "virtual") {
    asked.wanted = driver_choice::virtual_time;
  } else {
    throw std::invalid_argument("PIRN_DRIVER is '" + std::string(name) +
                                "'; it may be io_uring, epoll or virtual");
  }
  return asked;
}

}  // namespace pirn
