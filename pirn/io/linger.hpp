// linger: the end of a conversation whose last words must arrive.
#pragma once

#include "pirn/base/time.hpp"
#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"

namespace pirn::io {

/// Ends a stream so that the peer gets all that was written: says the end, and drops what the peer
/// still sends, until its end has come or `limit` is over. A connection that is closed with bytes
/// unread is reset instead, and the peer may lose what it had not read yet.
///
/// Returns: whether the peer's end came in time. Closing the stream is the caller's.
/// Throws:  std::system_error (connection reset: the peer has not got everything).
/// Cancel:  the end may have been said; the stream is only good for closing.
task<bool> linger(stream_ref peer, duration limit);

}  // namespace pirn::io
