#include "pirn/core/wait.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task_record.hpp"
#include "pirn/core/wait_list.hpp"

namespace pirn {

void wait_state::abandon() noexcept {
  if (waiter()->waiting_ == this) waiter()->waiting_ = nullptr;
}

void wait_node::member_woken(wait_node&) noexcept {
  PIRN_ASSERT(false, "a wait was woken for a task that waits for something else");
}

void wait_node::wake_as_member() noexcept {
  PIRN_ASSERT(waiter()->waiting_ != nullptr, "a wait is woken once");
  waiter()->waiting_->member_woken(*this);
}

void wait_node::throw_ending() {
  if (how_ended() == ending::interrupted) std::rethrow_exception(waiter()->take_interrupt());
  throw cancelled{};
}

void wait_node::end_early(ending how) noexcept {
  task_record& who = *waiter();
  set_ending(how);
  who.waiting_ = nullptr;
  if (how == ending::interrupted) {
    who.loop_->make_ready_first(who);
  } else {
    who.loop_->make_ready(who);
  }
}

void wait_node::wake_cancelled() noexcept {
  bool by_interrupt = (waiter()->attention_ & task_record::attention_interrupt) != 0;
  end_early(by_interrupt ? ending::interrupted : ending::cancelled);
}

void list_place::leave() noexcept {
  list_->waits_.remove(*this);
}

cancel_answer list_wait::withdraw() noexcept {
  leave();
  return cancel_answer::gone;
}

void wait_list::wake_all() noexcept {
  while (!waits_.empty()) wake_first();
}

void wait_list::pass(list_wait& wait, wait_list& other) noexcept {
  waits_.remove(wait);
  wait.list_ = &other;
  other.waits_.push_back(wait);
}

}  // namespace pirn
