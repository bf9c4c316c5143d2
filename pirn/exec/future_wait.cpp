#include "pirn/exec/future_wait.hpp"

namespace pirn::detail {

void future_wait_base::enqueue() noexcept {
  home_ = &task_->home();
  home_->outside_work_started();
  if (!state_->observe(*this)) home_->mail().post(*this);
}

cancel_answer future_wait_base::withdraw() noexcept {
  if (state_->forget(*this)) {
    home_->outside_work_ended();
    state_->cancel();
    return cancel_answer::gone;
  }
  // Its message is on the way. A loop on virtual time does not wait for other threads: it must have
  // the message before it looks again whether anything can still happen.
  if (home_->driver().is_virtual()) {
    home_->mail().withdraw(*this);
    arrived();
  }
  return cancel_answer::pending;
}

void future_wait_base::settled() noexcept {
  home_->mail().post(*this);
}

void future_wait_base::arrived() noexcept {
  home_->outside_work_ended();
  wake();
}

}  // namespace pirn::detail
