// copy: from one stream to another.
#pragma once

#include <cstdint>

#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"

namespace pirn::io {

/// Writes to `to` what is read from `from`, until its end. Both stay open. Bulk between two of the
/// kernel's stream sockets is moved by the kernel and does not come into the program.
/// Returns: how many bytes.
/// Throws:  std::system_error of either.
/// Cancel:  what had been read may be lost; `to` is only good for closing.
/// Cost:    in memory a lease at a time; as bulk two descriptors, and half of the processor's time.
task<std::uint64_t> copy(stream_ref from, stream_ref to);

/// How much went either way.
struct forwarded {
  std::uint64_t there_bytes = 0;
  std::uint64_t back_bytes = 0;
};

/// Joins two streams: each gets what the other one sends. The end of one direction is passed on
/// while the other goes on.
/// Throws, Cancel: as copy(), which ends both directions.
task<forwarded> forward(stream_ref here, stream_ref there);

}  // namespace pirn::io
