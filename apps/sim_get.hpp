// sim_get: `pirn get` against `pirn serve`, in a world that breaks.
#pragma once

#include <type_traits>

#include "pirn/world/world.hpp"

namespace pirn::apps {

struct sim_get_options {
  bool sync = true;  ///< a client that may crash says --sync; without, a crash tears its files
};
static_assert(std::is_trivially_copyable_v<sim_get_options>);

/// A client that downloads a site over and over, whose files change now and then, under faults for
/// twenty seconds, then quiet. In every other seed the client too may crash, and then it says
/// --sync.
///
/// Throws: world_failure when a file that has its name is none of its versions; when one that was
///         reported ok is older than what was there, or is lost; when a URL is reported twice or
///         not at all; when in the quiet something does not come; when in the end something is left
///         behind.
void simulate_get(world& w, sim_get_options options = {});

}  // namespace pirn::apps
