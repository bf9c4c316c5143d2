#include "pirn/net/activity_watch.hpp"

#include <algorithm>
#include <utility>

#include "pirn/core/loop.hpp"
#include "pirn/net/activity.hpp"

namespace pirn::net::detail {

namespace {

time_point after(time_point start, duration timeout) noexcept {
  return timeout == duration{} ? never : saturating_add(start, timeout);
}

}  // namespace

activity_watch::activity_watch(cancel_scope& watched, const socket& connection,
                               const serve_options& options)
    : watched_(watched),
      connection_(&connection),
      idle_timeout_(options.idle_timeout),
      read_timeout_(options.read_timeout) {
  const time_point start = now();
  loop::current().timers().add(*this,
                               std::min(after(start, idle_timeout_), after(start, read_timeout_)));
}

activity_watch::~activity_watch() {
  if (is_armed()) loop::current().timers().remove(*this);
}

// What went out since the last look did so at the latest just now.
time_point activity_watch::last_of(const activity& found) noexcept {
  const bool went_on = found.sending != std::exchange(sending_, found.sending);
  return went_on && found.sending != 0 ? now() : found.last;
}

// A read that begins after this look is looked at before it is too old: the timer stands again
// within the time-out.
void activity_watch::fire() noexcept {
  const activity found = look_at(watched_, connection_);
  const time_point now = pirn::now();
  const time_point idle_at = after(last_of(found), idle_timeout_);
  const time_point stale_at = after(std::min(found.oldest_read, now), read_timeout_);
  if (idle_at <= now) {
    reason_ = "idle connection from";
  } else if (stale_at <= now) {
    reason_ = "wait for bytes from";
  } else {
    loop::current().timers().add(*this, std::min(idle_at, stale_at));
    return;
  }
  watched_.cancel();
}

}  // namespace pirn::net::detail
