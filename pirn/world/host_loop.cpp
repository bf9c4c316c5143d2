#include "pirn/world/host_loop.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/sim/network.hpp"

namespace pirn::detail {

world_driver::world_driver(sim::host& home, const host_clock& clock,
                           const host_loop_options& options)
    : host_driver(home, {.files = options.files, .delay = options.file_delay}), clock_(clock) {}

time_point world_driver::now() noexcept {
  return clock_.local(home().net().events().now());
}

host_loop::host_loop(sim::host& home, const host_clock& clock, const host_loop_options& options)
    : driver_(home, clock, options),
      blocking_(options.blocking_delay),
      loop_(driver_, {.shuffle_seed = options.shuffle_seed, .record_decisions = true}) {
  loop_.lend(blocking_);
  loop_.receive_visitors();
}

host_loop::~host_loop() {
  blocking_.perform_rest(loop_);
  loop_.see_visitors_off();
}

// What cleans up behind a shield of its own is told again, until it has understood. A blocking call
// that has begun is made: it cannot be called back.
void host_loop::end_tasks() noexcept {
  constexpr int rounds_max = 1000;
  for (int i = 0; !loop_.root().children().empty(); ++i) {
    PIRN_ASSERT(i < rounds_max, "a task of a crashed host does not end even when cancelled");
    loop_.root().cancel_through_shields();
    blocking_.perform_rest(loop_);
    loop_.run_ready();
  }
}

}  // namespace pirn::detail
