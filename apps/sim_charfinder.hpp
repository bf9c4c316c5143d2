// sim_charfinder: the character finder's server and clients of it, in a world that breaks.
#pragma once

#include "pirn/world/world.hpp"

namespace pirn::apps {

/// The server of `pirn charfinder --tcp` and three clients, under faults for twenty seconds, then
/// quiet.
///
/// Throws: world_failure when a client hears anything but the beginning of the right answers; when
///         in the quiet one is not answered; when in the end something is left behind.
void simulate_charfinder(world& w);

}  // namespace pirn::apps
