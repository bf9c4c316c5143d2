// sim_end: how every scenario ends: programs stop, and nothing is left.
#pragma once

#include <initializer_list>
#include <string_view>

#include "pirn/world/world.hpp"

namespace pirn::apps {

/// Waits until the programs of all other hosts have ended, turns the servers off, and lets the
/// network come to rest.
///
/// Throws: world_failure when that does not come about, or something is left behind.
void end_and_check(world& w, std::initializer_list<std::string_view> servers);

}  // namespace pirn::apps
