#include "pirn/exec/future_state.hpp"

#include <stdexcept>
#include <string>

#include "pirn/core/loop.hpp"
#include "pirn/platform/futex.hpp"

namespace pirn::detail {
namespace {

/// A thread that sleeps until a future has ended. Lives on that thread's stack.
class parked_thread final : public future_observer {
 public:
  bool is_told() const noexcept { return told_.load(std::memory_order_acquire) != 0; }
  bool park(std::optional<std::chrono::steady_clock::time_point> deadline) noexcept {
    return futex_wait(told_, 0, deadline);
  }

 private:
  // Release: pairs with is_told(); the thread may return, and end this object, before the wake.
  void settled() noexcept override {
    told_.store(1, std::memory_order_release);
    futex_wake(told_);
  }

  std::atomic<std::uint32_t> told_{0};
};

}  // namespace

void refuse_to_block_a_loop(std::string_view what) {
  if (loop::current_or_null() == nullptr) return;
  throw std::logic_error(std::string(what) + " would block the loop of this thread: co_await it");
}

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

bool future_state::wait(std::optional<std::chrono::steady_clock::time_point> deadline) {
  if (is_settled()) return true;
  if (try_help() && is_settled()) return true;
  parked_thread here;
  if (!observe(here)) return true;
  while (!here.is_told()) {
    if (here.park(deadline)) continue;
    if (forget(here)) return false;
    deadline.reset();  // it is being told: `here` must last until it has been
  }
  return true;
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
