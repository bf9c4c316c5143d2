// time_limit: a length of time from now, for a thread that blocks or for a task.
#pragma once

#include <chrono>
#include <optional>

#include "pirn/base/time.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::detail {

/// Counted from its making: on the loop's clock when that was on a loop, else on the steady clock.
class time_limit {
 public:
  using steady = std::chrono::steady_clock;

  explicit time_limit(duration limit) : limit_(limit) {
    if (limit == forever) return;
    if (const loop* home = loop::current_or_null()) {
      loop_start_ = home->now();
    } else {
      start_ = steady::now();
    }
  }

  bool is_forever() const noexcept { return limit_ == forever; }

  /// The end for a thread that blocks; nothing when it never comes.
  std::optional<steady::time_point> for_thread() const {
    if (is_forever() || limit_ > steady::time_point::max() - start_) return std::nullopt;
    return start_ + limit_;
  }

  /// The end for a task.
  time_point for_task(const loop& home) const {
    if (is_forever()) return never;
    if (loop_start_) return saturating_add(*loop_start_, limit_);
    return saturating_add(home.now(), limit_ - (steady::now() - start_));
  }

 private:
  duration limit_;
  steady::time_point start_{};
  std::optional<time_point> loop_start_;
};

}  // namespace pirn::detail
