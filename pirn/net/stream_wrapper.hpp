// stream_wrapper: makes of a connection's stream another one over it: a secure one, say.
#pragma once

#include <functional>

#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"

namespace pirn::net {

/// Takes a stream over and gives the one that is used from then on. What it throws is the
/// connection's end; so is its being cancelled.
using stream_wrapper = std::move_only_function<task<io::any_stream>(io::any_stream)>;

}  // namespace pirn::net
