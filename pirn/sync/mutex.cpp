#include "pirn/sync/mutex.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"

namespace pirn {

std::string mutex_wait::describe() const {
  return "lock of mutex";
}

const task_record* mutex_wait::holder() const noexcept {
  return mutex_.owner_;
}

bool mutex_wait::try_complete() noexcept {
  PIRN_ASSERT(mutex_.owner_ != waiter(), "a task that holds a mutex locks it again");
  if (mutex_.locked()) return false;
  mutex_.take(*waiter());
  return true;
}

mutex::~mutex() {
  PIRN_ASSERT(!locked(), "a mutex is unlocked at its end");
}

void mutex::take(task_record& task) noexcept {
  owner_ = &task;
  task.lock_taken();
}

bool mutex::try_lock() noexcept {
  task_record* task = loop::current().current_task();
  PIRN_ASSERT(task != nullptr, "only a task locks a mutex");
  if (locked()) return false;
  take(*task);
  return true;
}

void mutex::unlock() noexcept {
  PIRN_ASSERT(locked(), "a mutex is locked before it is unlocked");
  PIRN_ASSERT(owner_->home().current_task() == owner_,
              "the task that locked a mutex is the one to unlock it");
  owner_->lock_released();
  owner_ = nullptr;
  if (waiters_.empty()) return;
  take(*waiters_.front().waiter());
  waiters_.wake_first();
}

}  // namespace pirn
