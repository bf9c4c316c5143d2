// announcer: tells the user where a command listens.
#pragma once

#include <cstdio>
#include <thread>
#include <utility>

#include <fmt/core.h>

namespace pirn::apps {

/// Prints a line on standard output, once: of several workers, the one on the thread that made the
/// announcer does.
class announcer {
 public:
  template <class... Args>
  void operator()(fmt::format_string<Args...> text, Args&&... args) const {
    if (std::this_thread::get_id() != speaker_) return;
    fmt::print("{}, press Ctrl-C to stop\n", fmt::format(text, std::forward<Args>(args)...));
    std::fflush(stdout);
  }

 private:
  std::thread::id speaker_ = std::this_thread::get_id();
};

}  // namespace pirn::apps
