// activity_watch: ends a connection on which nothing happens, at no cost to what does happen.
#pragma once

#include <string_view>

#include "pirn/base/time.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/timer.hpp"

namespace pirn::net::detail {

/// Cancels a scope when the tasks in it have been waiting for too long. Nobody tells it of what
/// happens: a task's record says since when it waits, so the timer asks when it fires, and stands
/// again for the moment at which the present waits would be too long. A connection that is busy is
/// looked at once a time-out.
///
/// Lifetime: within the scope's.
class activity_watch final : private timer_node {
 public:
  /// A time-out of 0 is none.
  activity_watch(cancel_scope& watched, duration idle_timeout, duration read_timeout);
  activity_watch(activity_watch&&) = delete;  // the timer queue points at it
  ~activity_watch();

  /// What has cancelled the scope, in the words that come before the peer's name.
  std::string_view reason() const noexcept { return reason_; }

 private:
  struct activity;

  void fire() noexcept override;
  activity look() const noexcept;

  cancel_scope& watched_;
  duration idle_timeout_;
  duration read_timeout_;
  std::string_view reason_;
};

}  // namespace pirn::net::detail
