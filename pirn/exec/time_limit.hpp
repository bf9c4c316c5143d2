// time_limit: a length of time from now, for a thread that blocks or for a task.
#pragma once

#include <chrono>
#include <optional>

#include "pirn/base/deadline.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::detail {

/// Counted from its making. A task is told by the clock of its loop, where the limit was made on
/// it; threads, and tasks of other loops, by the steady clock.
class time_limit {
 public:
  explicit time_limit(duration limit) : limit_(limit) {
    if (is_forever()) return;
    start_ = std::chrono::steady_clock::now();
    home_ = loop::current_or_null();
    if (home_ != nullptr) loop_start_ = home_->now();
  }

  bool is_forever() const noexcept { return limit_ == forever; }

  /// The end for a thread that blocks; nothing when it never comes.
  std::optional<steady_time> for_thread() const {
    if (is_forever()) return std::nullopt;
    return saturating_add(start_, limit_);
  }

  /// The end for a task.
  time_point for_task(const loop& home) const {
    if (is_forever()) return never;
    if (home_ == &home) return saturating_add(loop_start_, limit_);
    return saturating_add(home.now(), limit_ - (std::chrono::steady_clock::now() - start_));
  }

 private:
  duration limit_;
  steady_time start_;
  const loop* home_ = nullptr;  // only compared: it may be gone
  time_point loop_start_;
};

}  // namespace pirn::detail
