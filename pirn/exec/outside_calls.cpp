#include "pirn/exec/outside_calls.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "pirn/exec/blocking_wait.hpp"

namespace pirn::detail {

void outside_calls::refuse() const {
  throw std::runtime_error("submit: the thread pool '" + pool_ + "' was shut down");
}

void outside_calls::refuse_if_closed() const {
  if (!is_open()) refuse();
  if (!abandoned_.load()) return;
  if (because_ != nullptr) std::rethrow_exception(because_);
  refuse();  // shutdown() cancels, and is about to close it
}

bool outside_calls::add_to_lane(blocking_job& call) {
  if (max_ != 0) return false;
  refuse_if_closed();
  return lanes_.add(call);
}

bool outside_calls::add_to_queue(blocking_job& call, when_full full) {
  std::unique_lock lock(mutex_);
  refuse_if_closed();
  if (!has_room(lock, full)) return false;
  queue_.push(call);
  queued_.store(queue_.size(), std::memory_order_relaxed);
  return true;
}

bool outside_calls::has_room(std::unique_lock<std::mutex>& lock, when_full full) {
  auto is_room = [this] { return max_ == 0 || queue_.size() < max_; };
  if (full == when_full::add || is_room()) return true;
  if (full == when_full::refuse) return false;
  refuse_to_block_a_loop("submit: waiting for room in the thread pool '" + pool_ + "'",
                         "use try_submit()");
  room_.wait(lock, [&] { return is_room() || !is_open(); });
  refuse_if_closed();
  return true;
}

bool outside_calls::take_back(const blocking_job& call) noexcept {
  std::scoped_lock lock(mutex_);
  if (!queue_.remove(call)) return false;
  queued_.store(queue_.size(), std::memory_order_relaxed);
  room_.notify_one();
  return true;
}

std::size_t outside_calls::take(std::span<blocking_job*> to, std::size_t sharers,
                                call_source& last) noexcept {
  auto take_from = [&](bool queue) {
    last.was_queue = queue;
    return queue ? take_from_queue(to, sharers) : lanes_.take(to, sharers, last.lane);
  };
  const bool was_queue = last.was_queue;
  if (const std::size_t count = take_from(!was_queue)) return count;
  return take_from(was_queue);
}

std::size_t outside_calls::take_from_queue(std::span<blocking_job*> to,
                                           std::size_t sharers) noexcept {
  // Relaxed: a glance. Who misses a call here sees it in look_empty() before it sleeps.
  if (queued_.load(std::memory_order_relaxed) == 0) return 0;
  std::size_t count = 0;
  {
    std::scoped_lock lock(mutex_);
    if (queue_.empty()) return 0;
    // Where they are counted, what waits with a worker would wait uncounted.
    count = max_ != 0 ? 1 : std::clamp<std::size_t>(queue_.size() / sharers, 1, to.size());
    queue_.pop(to.first(count));
    queued_.store(queue_.size(), std::memory_order_relaxed);
  }
  if (max_ != 0) room_.notify_one();
  return count;
}

void outside_calls::close() noexcept {
  {
    std::scoped_lock lock(mutex_);
    if (is_open()) stage_.store(stage::closed);
  }
  room_.notify_all();
  lanes_.shut();
  stage_.store(stage::complete);
}

void outside_calls::abandon(std::exception_ptr why) noexcept {
  std::scoped_lock lock(mutex_);
  if (abandoned_.load()) return;
  because_ = std::move(why);
  abandoned_.store(true);
}

}  // namespace pirn::detail
