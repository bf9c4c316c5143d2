// ending_guard: Ctrl-C, and what else asks a program to end, as the cancellation of a loop's tasks.
#pragma once

#include <atomic>
#include <deque>
#include <span>

#include "pirn/run/signal_mail.hpp"

namespace pirn::detail {

/// While it lives, the first of its signals cancels all tasks of `home`, and the second, of
/// whichever kind, does what it would have done without. Of several loops with a guard each is
/// cancelled. It leaves alone what the program ignores or handles itself, and what is a
/// signal_stream's, as long as there is one.
class ending_guard final : private signal_mail {
 public:
  ending_guard(loop& home, std::span<const int> numbers);

  /// The signal that came, or 0.
  int came() const noexcept { return came_.load(); }

 private:
  bool signal_came(int number) noexcept override;
  void signals_arrived() noexcept override { home_.root().cancel(); }

  std::atomic<int> came_{0};
  std::deque<signal_subscription> kinds_;
};

}  // namespace pirn::detail
