// sim_scenarios: what `pirn sim` can run.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "pirn/world/world.hpp"

namespace pirn::apps {

/// Builds hosts in a fresh world, lets time go, and throws on what must not be.
using scenario_body = std::function<void(world&)>;

struct scenario {
  std::string_view name;
  std::string_view about;                   ///< one line
  std::span<const std::string_view> hosts;  ///< to which a plan of faults can do something
  std::span<const std::string_view> bugs;   ///< that can be planted in it
  /// `bug`: one of them, or empty.
  scenario_body (*make)(const std::string& bug);
};

/// All, by name.
std::span<const scenario> scenarios();

/// Throws: usage_error that lists them.
const scenario& scenario_called(std::string_view name);

/// What the world of a seed is like: ways of a millisecond or two; of seeds in a row one goes first
/// come, first served, one in drawn order, one by priorities.
world_options options_of_seed(std::uint64_t seed) noexcept;

}  // namespace pirn::apps
