#include "pirn/core/select.hpp"

#include <memory>

#include "pirn/base/assert.hpp"

namespace pirn {

std::string select_wait::describe() const {
  std::string text = "first of: ";
  const char* separator = "";
  for (std::size_t index = 0; index < member_count(); ++index) {
    text += separator + member(index).describe();
    separator = ", ";
  }
  return text;
}

// While the members join, the task counts as waiting here, so that a member that wakes at once
// finds its select.
bool select_wait::join_members() {
  joining_ = true;
  joined_ = 0;
  winner_ = none;
  waiter()->waiting_ = this;
  std::construct_at(&waiter()->waiting_since_, waiter()->home().now());
  try {
    for (; joined_ < member_count() && winner_ == none; ++joined_) {
      if (join(joined_)) winner_ = joined_;
    }
  } catch (...) {
    waiter()->waiting_ = nullptr;
    withdraw_but(none);
    throw;
  }
  waiter()->waiting_ = nullptr;
  joining_ = false;
  if (winner_ == none) return false;
  withdraw_but(winner_);
  return true;
}

void select_wait::withdraw_but(std::size_t kept) noexcept {
  for (std::size_t index = 0; index < joined_; ++index) {
    wait_node& each = member(index);
    if (index == kept || each.how_ended() != ending::waiting) continue;
    each.set_ending(ending::open);
    cancel_answer answer = each.withdraw();
    PIRN_ASSERT(answer == cancel_answer::gone, "a member of a select must be withdrawable");
  }
}

cancel_answer select_wait::withdraw() noexcept {
  withdraw_but(none);
  return cancel_answer::gone;
}

void select_wait::member_woken(wait_node& woken) noexcept {
  woken.set_ending(ending::done);
  for (std::size_t index = 0; index < member_count(); ++index) {
    if (&member(index) == &woken) winner_ = index;
  }
  if (joining_) return;  // join_members() sees the winner
  withdraw_but(winner_);
  wake();
}

}  // namespace pirn
