// sigint: Ctrl-C as the cancellation of a loop's tasks.
#pragma once

#include <atomic>
#include <csignal>

#include "pirn/core/loop.hpp"

namespace pirn {

/// While it lives, the first SIGINT cancels all tasks of `home`, and the second has its default
/// action. Nothing happens when SIGINT is ignored or already handled by the program, or when
/// another loop's guard stands.
class sigint_guard final : private inbox_message {
 public:
  explicit sigint_guard(loop& home);
  sigint_guard(sigint_guard&&) = delete;  // the handler points at it
  ~sigint_guard();

  /// Whether SIGINT came.
  bool came() const noexcept { return came_.load(); }

 private:
  static void handle(int) noexcept;
  void arrived() noexcept override;

  static std::atomic<sigint_guard*> standing;
  static std::atomic<int> handlers;  // that run now, on any thread

  loop& home_;
  std::atomic<bool> came_{false};
  std::atomic<bool> on_the_way_{false};
  bool installed_ = false;
};

}  // namespace pirn
