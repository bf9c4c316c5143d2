// reduce: of all that went wrong in a run that failed, what it takes to fail.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>

#include "pirn/world/fault_plan.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

struct reduce_options {
  std::size_t runs_max = 1000;  ///< of the scenario, the first one included
};
static_assert(std::is_trivially_copyable_v<reduce_options>);

/// The smallest plan of faults that was found to fail in the same way, so far.
struct reduction {
  fault_plan plan;
  std::string failure;     ///< what a run with this plan throws, in words
  std::size_t faults = 0;  ///< of the plan that it began with
  std::size_t runs = 0;    ///< of the scenario, up to now
  /// Whether each fault of the plan was left out, alone, and the scenario did not fail in that way
  /// then. (Two that cover for each other may both remain.)
  bool is_minimal = false;
};

/// Runs a scenario that fails again and again, with fewer and shorter faults, as long as it fails
/// in the same way (`way_of_failing`). First the plan is cut off where it is no longer needed, then
/// faults are left out in halves, quarters and so on, then each is made shorter, and its times
/// round. The seed remains, and with it all that is drawn elsewhere.
///
/// `scenario` has one nemesis at most: each would carry out the whole plan. `progress` is told of
/// each smaller plan; what it throws ends all.
///
/// Throws: std::invalid_argument when the first run does not fail.
/// Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002
/// (ddmin).
reduction reduce(const world_options& options, const std::function<void(world&)>& scenario,
                 const reduce_options& how = {},
                 const std::function<void(const reduction&)>& progress = nullptr);

}  // namespace pirn
