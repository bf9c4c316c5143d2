#include "pirn/exec/future_state.hpp"

#include "pirn/exec/blocking_wait.hpp"

namespace pirn::detail {
namespace {

/// A thread that sleeps until a future has ended.
class sleeping_observer final : public future_observer, public thread_sleep {
 private:
  void settled() noexcept override { wake(); }
};

}  // namespace

bool future_state::cancel() noexcept {
  switch (word_.cancel()) {
    case future_word::cancelling::too_late:
      return status() == future_status::cancelled;
    case future_word::cancelling::done_and_watched:
      tell_observers();
      return true;
    case future_word::cancelling::done:
      return true;
  }
  std::unreachable();
}

bool future_state::wait(std::optional<steady_time> deadline) {
  if (is_settled()) return true;
  if (try_help(deadline) && is_settled()) return true;
  sleeping_observer here;
  if (!observe(here) || here.sleep(deadline)) return true;
  if (forget(here)) return false;
  return here.sleep(std::nullopt);  // it is being told: `here` must last until it has been
}

bool future_state::observe(future_observer& observer) noexcept {
  if (!word_.lock_unless_over()) return false;
  observers_.push_back(observer);
  word_.unlock_watched();
  return true;
}

bool future_state::forget(future_observer& observer) noexcept {
  word_.lock();
  const bool is_there = observer.is_linked();
  if (is_there) observers_.remove(observer);
  word_.unlock();
  return is_there;
}

// Each observer is taken out under the lock and told outside of it: telling may free it. It may
// also drop what the caller holds.
void future_state::tell_observers() noexcept {
  const state_ref<future_state> keep = share(*this);
  for (;;) {
    word_.lock();
    future_observer* next = observers_.empty() ? nullptr : &observers_.pop_front();
    word_.unlock();
    if (next == nullptr) return;
    next->settled();
  }
}

}  // namespace pirn::detail
