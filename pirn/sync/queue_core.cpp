#include "pirn/sync/queue_core.hpp"

#include "pirn/base/assert.hpp"

namespace pirn {

std::string queue_join_wait::describe() const {
  return "end of " + std::to_string(queue_.unfinished_) + " items of queue";
}

bool queue_join_wait::try_complete() const noexcept {
  return queue_.unfinished_ == 0;
}

namespace detail {

void queue_core::task_done() noexcept {
  PIRN_ASSERT(unfinished_ > 0, "task_done() was called more often than items were pushed");
  if (--unfinished_ == 0) joiners_.wake_all();
}

// The waiters wake without an item, or with their value still there: they throw.
void queue_core::close(std::size_t dropped) noexcept {
  shut_down_ = true;
  poppers_.wake_all();
  pushers_.wake_all();
  if (dropped == 0) return;
  unfinished_ -= dropped < unfinished_ ? dropped : unfinished_;  // done early for some, it may be
  if (unfinished_ == 0) joiners_.wake_all();
}

std::string queue_core::describe_pop() const {
  return "item of queue";
}

std::string queue_core::describe_push() const {
  return "place in queue of " + std::to_string(limit_);
}

void queue_core::throw_shut_down() {
  throw queue_shut_down();
}

}  // namespace detail
}  // namespace pirn
