#include "pirn/net/activity_watch.hpp"

#include <algorithm>

#include "pirn/core/loop.hpp"
#include "pirn/core/task_record.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::net::detail {

/// What the tasks in a scope are at.
struct activity_watch::activity {
  time_point last = time_point::min();  // when one of them last had a turn, or bytes went out
  time_point oldest_read = never;       // since when one of them has waited for bytes

  void add(const task_record& task, time_point now) noexcept {
    const wait_node* wait = task.waiting();
    if (wait == nullptr) {
      last = now;  // it is about to have a turn
      return;
    }
    last = std::max(last, task.waiting_since());
    if (const auto* writing = dynamic_cast<const write_wait*>(wait)) {
      const duration stalled = writing->stalled_for();
      if (stalled != forever) last = std::max(last, now - stalled);
    } else if (is_read(*wait)) {
      oldest_read = std::min(oldest_read, task.waiting_since());
    }
  }

 private:
  static bool is_read(const wait_node& wait) noexcept {
    return dynamic_cast<const read_wait*>(&wait) != nullptr ||
           dynamic_cast<const io_wait<receive_operation>*>(&wait) != nullptr;
  }
};

namespace {

time_point after(time_point start, duration timeout) noexcept {
  return timeout == duration{} ? never : saturating_add(start, timeout);
}

}  // namespace

activity_watch::activity_watch(cancel_scope& watched, duration idle_timeout, duration read_timeout)
    : watched_(watched), idle_timeout_(idle_timeout), read_timeout_(read_timeout) {
  const time_point start = now();
  loop::current().timers().add(*this,
                               std::min(after(start, idle_timeout_), after(start, read_timeout_)));
}

activity_watch::~activity_watch() {
  if (is_armed()) loop::current().timers().remove(*this);
}

// In preorder and without recursion, as every walk of this tree.
activity_watch::activity activity_watch::look() const noexcept {
  activity found;
  if (watched_.host() == nullptr) return found;
  const time_point now = pirn::now();
  found.add(*watched_.host(), now);
  const scope_node* top = &watched_;
  const scope_node* each = top;
  for (;;) {
    if (each->type() == scope_node::kind::task) {
      found.add(static_cast<const task_record&>(*each), now);
    }
    const scope_node* next = each->children().first();
    while (next == nullptr && each != top) {
      next = each->parent()->children().next(*each);
      each = each->parent();
    }
    if (next == nullptr) return found;
    each = next;
  }
}

// A read that begins after this look is looked at before it is too old: the timer stands again
// within the time-out.
void activity_watch::fire() noexcept {
  const activity found = look();
  const time_point now = pirn::now();
  const time_point idle_at = after(found.last, idle_timeout_);
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
