// joined_datagrams: what `pirn nc --udp` does: datagrams as standard input and output.
#pragma once

#include "joined_streams.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

/// Sends each piece of standard input as a datagram to the plan's place, and writes what comes from
/// there; when it listens, to and from the first who sends something. One that did not listen ends
/// when nothing has come for a second after the input's end.
///
/// Returns: the exit status.
int run_joined_datagrams(const run_options& how, const joined_plan& plan);

}  // namespace pirn::apps
