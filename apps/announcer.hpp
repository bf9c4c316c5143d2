// announcer: tells the user, and who manages services, what a command that serves is doing.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "pirn/base/printable.hpp"
#include "pirn/core/task.hpp"
#include "pirn/exec/worker.hpp"
#include "pirn/platform/service_manager.hpp"

namespace pirn::apps {

/// Prints a line on standard output, and tells the service manager, once: of several workers, the
/// first does.
template <class... Args>
void announce(const worker& me, fmt::format_string<Args...> text, Args&&... args) {
  if (me.index() != 0) return;
  const std::string line = fmt::format(text, std::forward<Args>(args)...);
  fmt::print("{}, press Ctrl-C to stop\n", printable(line));
  std::fflush(stdout);
  notify_ready();
}

/// Writes whole lines to standard error: the log of a command that serves.
void write_to_standard_error(std::string_view lines);

/// Serves until it is cancelled, and tells the service manager as soon as that happens: what is
/// under way may take a while.
task<> serve_and_announce_end(worker me, task<> serving);

}  // namespace pirn::apps
