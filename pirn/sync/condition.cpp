#include "pirn/sync/condition.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"

namespace pirn {

std::string condition_wait::describe() const {
  switch (stage_) {
    case stage::idle:
    case stage::listening:
      break;
    case stage::notified:
      return "lock of mutex, notified by condition";
    case stage::cut_short:
      return "lock of mutex, to leave condition";
  }
  return "notification by condition";
}

const task_record* condition_wait::holder() const noexcept {
  switch (stage_) {
    case stage::idle:
    case stage::listening:
      break;
    case stage::notified:
    case stage::cut_short:
      return condition_.mutex_.holder();
  }
  return nullptr;
}

bool condition_wait::try_complete() const noexcept {
  condition_.check_held(*waiter());
  return false;
}

void condition_wait::enqueue() noexcept {
  stage_ = stage::listening;
  list_wait::enqueue();
  condition_.mutex_.unlock();
}

// Only a listener can be cut short: it gets the mutex first, now or in its turn. `mutex::unlock`
// wakes it like any other waiter, and result() throws.
cancel_answer condition_wait::withdraw() noexcept {
  mutex& wanted = condition_.mutex_;
  switch (stage_) {
    case stage::idle:
    case stage::notified:
    case stage::cut_short:
      return cancel_answer::refused;
    case stage::listening:
      break;
  }
  if (!wanted.locked()) {
    wanted.take(*waiter());
    return list_wait::withdraw();
  }
  stage_ = stage::cut_short;
  condition_.waiters_.pass(*this, wanted.waiters_);
  return cancel_answer::pending;
}

void condition_wait::result() {
  if (stage_ == stage::cut_short) check_attention();
}

void condition::notify(std::size_t count) noexcept {
  PIRN_ASSERT(mutex_.locked() && mutex_.holder()->home().current_task() == mutex_.holder(),
              "a task holds the mutex when it notifies");
  for (; count > 0 && !waiters_.empty(); --count) {
    auto& first = static_cast<condition_wait&>(waiters_.front());
    first.stage_ = condition_wait::stage::notified;
    waiters_.pass(first, mutex_.waiters_);
  }
}

void condition::check_held(const task_record& task) const noexcept {
  PIRN_ASSERT(mutex_.holder() == &task, "a task holds the mutex when it waits on its condition");
}

}  // namespace pirn
