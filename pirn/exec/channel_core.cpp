#include "pirn/exec/channel_core.hpp"

namespace pirn {

std::string channel_join_wait::describe() const {
  return "end of " + std::to_string(awaited_.unfinished()) + " items of channel";
}

namespace detail {

channel_core::~channel_core() {
  for (const auto& each : waiters_) {
    PIRN_ASSERT(each.empty(), "a channel must outlive those who wait at it");
  }
}

std::size_t channel_core::size() const noexcept {
  std::scoped_lock lock(mutex_);
  return size_;
}

bool channel_core::is_closed() const noexcept {
  std::scoped_lock lock(mutex_);
  return closed_;
}

std::size_t channel_core::unfinished() const noexcept {
  std::scoped_lock lock(mutex_);
  return unfinished_;
}

void channel_core::task_done() noexcept {
  channel_calls calls;
  std::scoped_lock lock(mutex_);
  PIRN_ASSERT(unfinished_ > 0, "task_done() was called more often than items were sent");
  if (--unfinished_ == 0) call_all(channel_side::all_done, calls);
}

bool channel_core::is_due(channel_side side) const noexcept {
  switch (side) {
    case channel_side::item:
      return size_ > 0 || closed_;
    case channel_side::place:
      return size_ < limit_ || closed_;
    case channel_side::all_done:
      return unfinished_ == 0;
  }
  return false;
}

bool channel_core::enlist(channel_side side, channel_waiter& waiter, bool again) noexcept {
  std::scoped_lock lock(mutex_);
  if (is_due(side)) return false;
  if (again) {
    list(side).push_front(waiter);
  } else {
    list(side).push_back(waiter);
  }
  return true;
}

bool channel_core::leave(channel_side side, channel_waiter& waiter) noexcept {
  std::scoped_lock lock(mutex_);
  if (!waiter.is_linked()) return false;
  list(side).remove(waiter);
  return true;
}

void channel_core::pass_on(channel_side side) noexcept {
  channel_calls calls;
  std::scoped_lock lock(mutex_);
  if (is_due(side)) call_first(side, calls);
}

void channel_wait_base::enqueue() noexcept {
  home_ = &waiter()->home();
  home_->outside_work_started();
  stand(false);
}

void channel_wait_base::stand(bool again) noexcept {
  if (!channel_.enlist(side_, *this, again)) called();
}

void channel_wait_base::called() noexcept {
  home_->mail().post(*this);
}

void channel_wait_base::arrived() noexcept {
  if (!attempt()) return stand(true);
  end();
  wake();
}

cancel_answer channel_wait_base::withdraw() noexcept {
  if (!channel_.leave(side_, *this)) {
    home_->mail().withdraw(*this);
    channel_.pass_on(side_);
  }
  end();
  return cancel_answer::gone;
}

void channel_wait_base::end() noexcept {
  std::exchange(home_, nullptr)->outside_work_ended();
}

}  // namespace detail
}  // namespace pirn
