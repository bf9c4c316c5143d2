#include "pirn/exec/run_on.hpp"

#include <stdexcept>

#include "pirn/core/cancelled.hpp"

namespace pirn::detail {

// On the waiter's loop.

void visit_base::enqueue() noexcept {
  home_ = &waiter()->home();
  home_->outside_work_started();
  if (where_.post(*this)) return;
  refused_ = true;
  returning_ = true;
  stage_.store(stage::back);
  home_->mail().post(*this);
}

cancel_answer visit_base::withdraw() noexcept {
  stage expected = stage::away;
  if (stage_.compare_exchange_strong(expected, stage::following)) {
    where_.follow(order_);
  }
  return cancel_answer::pending;
}

void visit_base::check_result() const {
  if (refused_) throw loop_ended();
  if (ended_by_cancelled()) throw future_cancelled("the call on another loop was cancelled there");
}

void visit_base::arrived() noexcept {
  if (!returning_) {
    loop::current().visit_started();
    return begin();
  }
  home_->outside_work_ended();
  if (waiter()->must_stop() && ended_by_cancelled()) {
    wake_cancelled();
  } else {
    wake();
  }
}

// On the other loop.

void visit_base::begin() noexcept {
  loop& there = loop::current();
  refused_ = there.is_closing();
  if (refused_) return come_back();
  try {
    task<> guest = work();
    there_ = &task_record::make(there, there.root(), guest.frame());
    guest.release().promise().become_root(*there_);  // it frees itself, and the frame, at its end
  } catch (...) {
    set_error(std::current_exception());
    return come_back();
  }
  there_->observe(*this);
  there.make_ready(*there_);
}

void visit_base::ended() noexcept {
  there_ = nullptr;
  come_back();
}

void visit_base::cancel_there() noexcept {
  order_arrived_ = true;
  if (there_ != nullptr) {
    there_->cancel();
  } else {
    come_back();
  }
}

// Posting is the last thing: the waiter may then go on, and end this object.
void visit_base::come_back() noexcept {
  stage expected = stage::away;
  const bool alone = stage_.compare_exchange_strong(expected, stage::back);
  if (!alone && !order_arrived_) return;  // once more when the cancel order is here
  returning_ = true;
  loop::current().visit_ended();
  home_->mail().post(*this);
}

void check_visit(const loop_handle& where) {
  if (where.is_virtual() || loop::current().driver().is_virtual()) {
    throw std::logic_error("run_on: a loop on virtual time is alone in its world");
  }
}

}  // namespace pirn::detail
