// activity_watch: ends a connection on which nothing happens, at no cost to what does happen.
#pragma once

#include <cstdint>
#include <string_view>

#include "pirn/base/time.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/core/timer.hpp"
#include "pirn/net/serve_options.hpp"

namespace pirn::net::detail {

struct activity;

/// Cancels a scope when the tasks in it have been waiting for too long. Nobody tells it of what
/// happens: a task's record says since when it waits, so the timer asks when it fires, and stands
/// again for the moment at which the present waits would be too long. A connection that is busy is
/// looked at once a time-out.
///
/// Lifetime: within the scope's.
class activity_watch final : private timer_node {
 public:
  /// Of the options it takes the time-outs.
  activity_watch(cancel_scope& watched, const socket& connection, const serve_options& options);
  activity_watch(activity_watch&&) = delete;  // the timer queue points at it
  ~activity_watch();

  /// What has cancelled the scope, in the words that come before the peer's name.
  std::string_view reason() const noexcept { return reason_; }

 private:
  void fire() noexcept override;
  /// When something last happened.
  time_point last_of(const activity& found) noexcept;

  cancel_scope& watched_;
  const socket* connection_;
  duration idle_timeout_;
  duration read_timeout_;
  std::uint64_t sending_ = 0;  // as the last look found it
  std::string_view reason_;
};

}  // namespace pirn::net::detail
