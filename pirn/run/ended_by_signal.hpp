// ended_by_signal: what run() throws when it was asked to end.
#pragma once

#include "pirn/core/cancelled.hpp"

namespace pirn {

/// A signal (SIGINT, SIGTERM) asked the program to end, and it has cleaned up.
class ended_by_signal final : public interrupted {
 public:
  explicit ended_by_signal(int number) : number_(number) {}

  int number() const noexcept { return number_; }
  /// How a shell tells of it: 130 for SIGINT, 143 for SIGTERM.
  int exit_status() const noexcept { return 128 + number_; }

 private:
  int number_;
};

}  // namespace pirn
