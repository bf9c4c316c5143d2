// pace: a simulation in step with the clock of a loop, which may be the real one.
#pragma once

#include <chrono>
#include <stdexcept>
#include <type_traits>

#include "pirn/base/time.hpp"
#include "pirn/core/task.hpp"
#include "pirn/simulation/simulation.hpp"

namespace pirn::des {

/// How fast simulated time goes. Lengths are of the time of the loop that awaits it.
struct pace_options {
  double factor = 1;   ///< seconds that a second of the simulation takes
  bool strict = true;  ///< coming too late is an error; else it goes on as fast as it can
  duration late_max = std::chrono::seconds(1);  ///< more is too late
};
static_assert(std::is_trivially_copyable_v<pace_options>);

/// A simulation has taken longer than the time that it simulates.
class too_late : public std::runtime_error {
 public:
  explicit too_late(duration late);
  /// By how much the moment that is due has been missed, of the loop's time.
  duration late() const noexcept { return late_; }

 private:
  duration late_;
};

/// Runs a simulation until nothing is left to happen, each moment when its time has come:
/// `pirn::run(des::run_paced, std::ref(sim), options);` in real time. The present of the simulation
/// is that of the loop when it begins.
///
/// The loop's other tasks run meanwhile. What they do to the simulation is seen to at its next
/// moment.
///
/// Requires: a factor above 0 that is a number, a late_max not below 0; that the simulation is run
///           by nobody else meanwhile, nor by its own process (all asserted).
/// Throws:   what a process threw; too_late before a moment that it has missed; then what is due
///           has not happened.
/// Cancel:   between two moments. The simulation can be run on.
/// Source:   SimPy's RealtimeEnvironment, where one unit of simulated time is too late.
/// Example:  examples/57_real_time.cpp
task<> run_paced(simulation& paced, pace_options options = {});

/// The same until the simulation's clock shows `end`, which takes its time, too; with `never`,
/// until nothing is left to happen.
///
/// Requires: `end` is not past (asserted).
/// Returns:  whether anything is left to happen.
task<bool> run_paced_until(simulation& paced, time_point end, pace_options options = {});

}  // namespace pirn::des
