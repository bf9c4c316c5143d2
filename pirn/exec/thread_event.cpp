#include "pirn/exec/thread_event.hpp"

#include "pirn/base/deadline.hpp"
#include "pirn/exec/blocking_wait.hpp"
#include "pirn/exec/thread.hpp"

namespace pirn {

bool thread_event::is_set() const {
  std::scoped_lock lock(mutex_);
  return set_;
}

void thread_event::clear() {
  std::scoped_lock lock(mutex_);
  set_ = false;
}

void thread_event::set() {
  std::scoped_lock lock(mutex_);
  if (set_) return;
  set_ = true;
  ++sets_;
  changed_.notify_all();  // under the lock: a waiter may be the one to destroy this
}

bool thread_event::wait_at_most(std::optional<duration> limit) {
  std::unique_lock lock(mutex_);
  if (set_) return true;
  detail::refuse_to_block_a_loop("thread_event::wait()", "co_await an event");
  const std::uint64_t before = sets_;
  const auto was_set = [&] { return set_ || sets_ != before; };
  const std::stop_token stop = this_thread::stop_token();
  if (!limit) return changed_.wait(lock, stop, was_set);
  return changed_.wait_until(lock, stop, detail::moment_after(*limit), was_set);
}

}  // namespace pirn
