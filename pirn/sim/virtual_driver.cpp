#include "pirn/sim/virtual_driver.hpp"

#include <algorithm>

namespace pirn {

virtual_driver::virtual_driver(const virtual_options& options)
    : lone_host(options),
      host_driver(machine, {.files = options.files, .delay = options.file_delay}) {}

void virtual_driver::poll(time_point until) {
  const std::uint64_t completions = machine.ledger().completions();
  events.happen();
  while (machine.ledger().completions() == completions) {
    const time_point next = std::min(events.next(), until);
    if (next <= events.now() || next == never) return;
    if (woken_.exchange(false) || (inbox_ != nullptr && inbox_->has_mail())) return;
    events.jump(next);
    events.happen();
  }
}

bool virtual_driver::may_complete(std::size_t foreground_requests) const noexcept {
  return foreground_requests > 0 && events.next() != never;
}

}  // namespace pirn
