// announcer: tells the user where a command listens.
#pragma once

#include <cstdio>
#include <utility>

#include <fmt/core.h>

#include "pirn/exec/worker.hpp"

namespace pirn::apps {

/// Prints a line on standard output, once: of several workers, the first does.
template <class... Args>
void announce(const worker& me, fmt::format_string<Args...> text, Args&&... args) {
  if (me.index() != 0) return;
  fmt::print("{}, press Ctrl-C to stop\n", fmt::format(text, std::forward<Args>(args)...));
  std::fflush(stdout);
}

}  // namespace pirn::apps
