#include "pirn/process/exit_status.hpp"

#include <cstring>

namespace pirn {

std::string exit_status::to_string() const {
  if (!was_signalled()) return "exit status " + std::to_string(number_);
  return "died with " + signal_name(number_) + (dumped_core() ? " (core dumped)" : "");
}

std::string signal_name(int signal) {
  if (const char* name = ::sigabbrev_np(signal)) return std::string("SIG") + name;
  return "signal " + std::to_string(signal);
}

}  // namespace pirn
