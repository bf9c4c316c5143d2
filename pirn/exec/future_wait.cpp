#include "pirn/exec/future_wait.hpp"

namespace pirn::detail {

cancel_answer have_message_now(loop& home, inbox_message& message) noexcept {
  if (home.driver().is_virtual()) {
    home.mail().withdraw(message);
    message.arrived();
  }
  return cancel_answer::pending;
}

void future_wait_base::enqueue() noexcept {
  home_ = &waiter()->home();
  home_->outside_work_started();
  if (!state_->observe(*this)) home_->mail().post(*this);
}

cancel_answer future_wait_base::withdraw() noexcept {
  if (!state_->forget(*this)) return have_message_now(*home_, *this);
  switch (leaving_) {
    case on_leaving::cancel_future:
      state_->cancel();
      break;
    case on_leaving::leave_future:
      break;
    case on_leaving::wait_if_begun:
      if (state_->cancel()) break;
      if (!state_->observe(*this)) home_->mail().post(*this);
      return cancel_answer::refused;
  }
  home_->outside_work_ended();
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
