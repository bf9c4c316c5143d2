// inherited_descriptors: what a program's starter has opened for it, as systemd does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pirn/platform/fd.hpp"

namespace pirn {

struct inherited_descriptor {
  std::string name;  ///< "unknown" when it was given none
  unique_fd descriptor;
};

/// Takes what the variables LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say was left open for this
/// process, in its order: descriptors from 3 on. The variables are taken away and the descriptors
/// closed in programs that are started, so that nobody takes them for its own; a second call gives
/// nothing. Nor is there anything when LISTEN_PID is another process, or there are no variables.
///
/// Throws:  std::invalid_argument when LISTEN_FDS is no number; std::system_error when a descriptor
///          is not open.
/// Threads: at the program's start, before others may read the environment.
/// Source:  sd_listen_fds_with_names(3).
std::vector<inherited_descriptor> take_inherited_descriptors();

/// The names between the colons of a line, as LISTEN_FDNAMES has them: one more than colons.
std::vector<std::string> split_descriptor_names(std::string_view line);

}  // namespace pirn
