#include "pirn/exec/as_completed.hpp"

namespace pirn::detail {

void completed_futures::throw_late() const {
  throw timeout_error(std::to_string(watch_.left()) + " (of " +
                      std::to_string(watch_.left() + taken_) + ") futures unfinished");
}

std::optional<std::size_t> completed_futures::take() {
  const std::optional<std::size_t> number =
      watch_.take(limit_.for_thread(), "co_await done.next()");
  if (!number && watch_.left() != 0) throw_late();
  ++taken_;
  return number;
}

task<std::optional<std::size_t>> completed_futures::next() {
  std::optional<std::size_t> number = watch_.try_take();
  if (!number && watch_.left() != 0) {
    const time_point deadline = limit_.for_task(loop::current());
    // One optional for the time that has passed, one for no future that is left.
    auto in_time = co_await move_on_at(deadline, watch_.next());
    if (!in_time) throw_late();
    number = *in_time;
  }
  ++taken_;
  co_return number;
}

}  // namespace pirn::detail
