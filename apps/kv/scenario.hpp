// scenario: the store on three hosts of a world, clients beside them, and much that goes wrong.
#pragma once

#include <functional>
#include <type_traits>

#include "pirn/world/world.hpp"
#include "planted_bug.hpp"

namespace pirn::apps::kv {

struct scenario_options {
  duration faults_for = std::chrono::seconds(20);       ///< then all is mended,
  duration recovers_within = std::chrono::seconds(15);  ///< and each client has to get on
  unsigned clients = 3;
  duration client_pause_max = std::chrono::milliseconds(300);  ///< between two operations
};
static_assert(std::is_trivially_copyable_v<scenario_options>);

/// What is run in a fresh world. Always: a term has one leader at most; what a node has committed
/// no node has committed otherwise. In the end: each client gets on, and what all clients were told
/// is linearizable.
///
/// Throws (when run): world_failure.
std::function<void(world&)> scenario(planted_bug bug, const scenario_options& options = {});

}  // namespace pirn::apps::kv
