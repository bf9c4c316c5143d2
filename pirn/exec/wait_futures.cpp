#include "pirn/exec/wait_futures.hpp"

namespace pirn::detail {

// A future that was cancelled has not failed.
bool futures_to_end::is_enough(std::size_t ended) {
  if (watch_.left() == 0) return true;
  const future_state& state = *states_[ended];
  switch (until_) {
    case return_when::all_completed:
      return false;
    case return_when::first_completed:
      return true;
    case return_when::first_exception:
      return state.status() == future_status::finished && state.error() != nullptr;
  }
  std::unreachable();
}

void futures_to_end::wait() {
  for (;;) {
    const std::optional<std::size_t> ended = watch_.take(limit_.for_thread());
    if (!ended || is_enough(*ended)) return;
  }
}

task<> futures_to_end::wait_on_loop() {
  // What has ended by now counts even when there is no time at all.
  while (const std::optional<std::size_t> ended = watch_.try_take()) {
    if (is_enough(*ended)) co_return;
  }
  const time_point deadline = limit_.for_task(loop::current());
  co_await move_on_at(deadline, wait_for_enough());
}

task<> futures_to_end::wait_for_enough() {
  for (;;) {
    const std::optional<std::size_t> ended = co_await watch_.next();
    if (!ended || is_enough(*ended)) co_return;
  }
}

}  // namespace pirn::detail
