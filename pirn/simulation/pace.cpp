#include "pirn/simulation/pace.hpp"

#include <cmath>

#include <fmt/core.h>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop_local.hpp"
#include "pirn/core/sleep.hpp"

namespace pirn::des {

namespace {

using seconds = std::chrono::duration<double>;

loop_local<bool> is_paced;  // of a simulation's loop

/// Two clocks side by side.
class pace {
 public:
  pace(simulation& paced, const pace_options& options)
      : paced_(paced.loop()),
        options_(options),
        simulated_(paced.loop().scale()),
        own_(loop::current().scale()),
        simulated_start_(paced.now()),
        start_(now()) {
    PIRN_ASSERT(options.factor > 0 && std::isfinite(options.factor), "time takes time");
    PIRN_ASSERT(options.late_max >= duration::zero(), "what comes in time is not late");
    PIRN_ASSERT(&paced_ != &loop::current(), "a simulation is not run by its own processes");
    PIRN_ASSERT(!is_paced.of(paced_), "a simulation keeps step with one clock at a time");
    is_paced.of(paced_) = true;
  }
  pace(pace&&) = delete;  // one a simulation
  ~pace() { is_paced.of(paced_) = false; }

  /// The moment of the loop at which the simulation's is due.
  time_point due(time_point simulated) const {
    const seconds passed = simulated_.length_of<seconds>((simulated - simulated_start_).count());
    return saturating_add(start_, duration(own_.ticks_in(passed * options_.factor)));
  }

  /// Throws: too_late.
  void check(time_point due) const {
    if (!options_.strict) return;
    const duration late = own_.length_of<duration>((now() - due).count());
    if (late > options_.late_max) throw too_late(late);
  }

 private:
  loop& paced_;
  pace_options options_;
  tick_scale simulated_;
  tick_scale own_;
  time_point simulated_start_;
  time_point start_;
};

task<> wait_for(const pace& kept, time_point simulated) {
  const time_point due = kept.due(simulated);
  co_await sleep_until(due);  // one that has passed lets the loop look at its clock, too
  kept.check(due);
}

task<> run_before(const pace& kept, simulation& paced, time_point end) {
  for (time_point next = paced.peek(); next < end; next = paced.peek()) {
    co_await wait_for(kept, next);
    paced.step();
  }
}

}  // namespace

too_late::too_late(duration late)
    : std::runtime_error(fmt::format("the simulation is {:.3f} s late",
                                     std::chrono::duration<double>(late).count())),
      late_(late) {}

task<> run_paced(simulation& paced, pace_options options) {
  const pace kept(paced, options);
  co_await run_before(kept, paced, never);
}

task<bool> run_paced_until(simulation& paced, time_point end, pace_options options) {
  PIRN_ASSERT(end >= paced.now(), "a simulation does not run backwards");
  const pace kept(paced, options);
  co_await run_before(kept, paced, end);
  if (end == never) co_return false;
  co_await wait_for(kept, end);
  co_return paced.run_until(end);
}

}  // namespace pirn::des
