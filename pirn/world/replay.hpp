// replay: a scenario run twice, to see that a seed says all.
#pragma once

#include <cstdint>
#include <functional>

#include "pirn/world/world.hpp"

namespace pirn {

/// Two runs of one seed went different ways: something in them depends on more than the seed.
class replay_difference : public world_failure {
 public:
  using world_failure::world_failure;
};

/// Runs `scenario(world)` twice, in a world of its own each time, and compares what happened, event
/// by event, and what is left of coroutines afterwards.
///
/// Returns: the decision hash.
/// Throws:  replay_difference with the first event that differs; world_failure when a scenario
///          leaves coroutine frames behind; what the scenario throws.
std::uint64_t replay(const world_options& options, const std::function<void(world&)>& scenario);

}  // namespace pirn
