#include "pirn/sim/virtual_driver.hpp"

#include <algorithm>

namespace pirn {

virtual_driver::virtual_driver(const virtual_options& options)
    : lone_host(options),
      host_driver(machine, {.files = options.files, .delay = options.file_delay}) {}

time_point virtual_driver::poll(time_point until) {
  if (!events.empty()) {
    let_happen(until);
  } else if (until > events.now() && until != never && !is_called()) {  // time is the loop's own
    events.stand_idle(until);
  }
  return events.now();
}

void virtual_driver::let_happen(time_point until) {
  const std::uint64_t completions = machine.ledger().completions();
  events.happen();
  while (machine.ledger().completions() == completions) {
    const time_point next = std::min(events.next(), until);
    if (next <= events.now() || next == never) return;
    if (is_called()) return;
    events.jump(next);
    events.happen();
  }
}

// Looked at first, since to take it back is dearer.
bool virtual_driver::is_called() noexcept {
  if (woken_.load(std::memory_order_relaxed) && woken_.exchange(false)) return true;
  return inbox_ != nullptr && inbox_->has_mail();
}

bool virtual_driver::may_complete(std::size_t foreground_requests) const noexcept {
  return foreground_requests > 0 && !events.empty();
}

}  // namespace pirn
