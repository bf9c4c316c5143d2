#include "pirn/exec/future.hpp"

namespace pirn::detail {

future_status future_state::status() const {
  std::scoped_lock lock(mutex_);
  return status_;
}

bool future_state::begin() {
  std::scoped_lock lock(mutex_);
  if (status_ != future_status::pending) return false;
  status_ = future_status::running;
  return true;
}

void future_state::finish() noexcept {
  settle(future_status::finished);
}

bool future_state::cancel() noexcept {
  {
    std::scoped_lock lock(mutex_);
    if (status_ == future_status::cancelled) return true;
    if (status_ != future_status::pending) return false;
    status_ = future_status::running;  // nobody else may begin it from here on
  }
  settle(future_status::cancelled);
  return true;
}

bool future_state::wait(std::optional<duration> limit) const {
  std::unique_lock lock(mutex_);
  auto is_over = [this] { return status_ >= future_status::cancelled; };
  if (!limit) {
    settled_.wait(lock, is_over);
    return true;
  }
  return settled_.wait_for(lock, *limit, is_over);
}

bool future_state::observe(future_observer& observer) {
  std::scoped_lock lock(mutex_);
  if (status_ >= future_status::cancelled) return false;
  observers_.push_back(observer);
  return true;
}

bool future_state::forget(future_observer& observer) {
  std::scoped_lock lock(mutex_);
  if (!observer.is_linked()) return false;
  observers_.remove(observer);
  return true;
}

void future_state::call_when_done(std::move_only_function<void()> callback) {
  {
    std::scoped_lock lock(mutex_);
    if (status_ < future_status::cancelled) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

// Each observer is taken out under the lock and told outside of it: telling may free it.
void future_state::settle(future_status how) noexcept {
  std::vector<std::move_only_function<void()>> callbacks;
  {
    std::scoped_lock lock(mutex_);
    status_ = how;
    callbacks.swap(callbacks_);
    settled_.notify_all();
  }
  for (;;) {
    future_observer* next = nullptr;
    {
      std::scoped_lock lock(mutex_);
      if (observers_.empty()) break;
      next = &observers_.pop_front();
    }
    next->settled();
  }
  for (auto& each : callbacks) each();
}

void future_wait_base::enqueue() {
  home_ = &task_->home();
  PIRN_ASSERT(!home_->driver().is_virtual(),
              "a loop on virtual time cannot wait for another thread: use to_thread, which it "
              "calls inline");
  home_->outside_work_started();
  if (!state_.observe(*this)) home_->mail().post(*this);
}

cancel_answer future_wait_base::withdraw() noexcept {
  if (!state_.forget(*this)) return cancel_answer::pending;  // its message is on the way
  home_->outside_work_ended();
  state_.cancel();
  return cancel_answer::gone;
}

void future_wait_base::settled() noexcept {
  home_->mail().post(*this);
}

void future_wait_base::arrived() noexcept {
  home_->outside_work_ended();
  wake();
}

}  // namespace pirn::detail
