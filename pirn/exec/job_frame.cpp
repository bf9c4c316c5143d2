#include "pirn/exec/job_frame.hpp"

#include <thread>
#include <utility>

namespace pirn::detail {

std::coroutine_handle<> job_frame::child_came_late() noexcept {
  const std::coroutine_handle<> self = handle();  // not this: the job may end meanwhile
  if (elsewhere_.fetch_sub(1, std::memory_order_acq_rel) == 1) return self;
  return std::noop_coroutine();
}

std::coroutine_handle<> job_frame::wait_for_children() noexcept {
  const std::coroutine_handle<> self = handle();
  const std::uint32_t not_awaited = open_count - stolen_;
  if (elsewhere_.fetch_sub(not_awaited, std::memory_order_acq_rel) == not_awaited) return self;
  return std::noop_coroutine();
}

void job_frame::reset_count() noexcept {
  elsewhere_.store(open_count, std::memory_order_relaxed);  // nobody else is left
  stolen_ = 0;
}

void job_frame::end_unjoined() noexcept {
  PIRN_ASSERT(std::uncaught_exceptions() > 0, "a job joins what it has forked before it returns");
  while (elsewhere_.load(std::memory_order_acquire) != open_count - stolen_) {
    std::this_thread::yield();
  }
  reset_count();
}

// The join's count orders this before rethrow_failure().
void job_frame::child_failed(std::exception_ptr error) noexcept {
  if (!failed_.exchange(true, std::memory_order_relaxed)) failure_ = std::move(error);
}

void job_frame::rethrow_failure() {
  failed_.store(false, std::memory_order_relaxed);
  std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace pirn::detail
