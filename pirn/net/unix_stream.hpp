// unix_stream: what a stream over a Unix socket can more than others: say who is at the other end,
// and carry open descriptors.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/net/tcp_stream.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/platform/unix_socket.hpp"

namespace pirn::net {

/// Who is at the other end, as it was when the connection was made: of an accepted stream who
/// connected, of a connected one who listened.
/// Throws: std::system_error (EOPNOTSUPP) when it is no kernel's Unix socket.
credentials peer_credentials(const tcp_stream& of);

/// Writes bytes, at least one, and with the first of them copies of open descriptors. They may be
/// closed when this has ended.
///
/// Requires: no task is writing.
/// Throws:   std::system_error: EOPNOTSUPP when it is no kernel's Unix socket, EINVAL for more than
///           253 descriptors, EPIPE.
/// Cancel:   before the first byte nothing has gone; after it the descriptors have, and the stream
///           is only good for closing.
task<> send_descriptors(tcp_stream& to, std::span<const std::byte> bytes,
                        std::span<const int> descriptors);
task<> send_descriptors(tcp_stream& to, std::string_view text, std::span<const int> descriptors);

/// What came at once: bytes, and the descriptors that were sent with the first of them.
struct received_descriptors {
  std::size_t count = 0;  ///< of bytes; 0 at the end of the stream
  std::vector<unique_fd> descriptors;
};

/// Reads at least one byte into the caller's memory, and takes the descriptors that come with them;
/// they are closed in programs that are started. Descriptors end a read: a second message of them
/// is for the next one. What is read otherwise loses its descriptors. Of a connection's descriptor
/// tcp_stream::adopt() makes a stream, of a listener's one a `listener`.
///
/// Requires: no task is reading.
/// Throws:   std::system_error: EOPNOTSUPP when it is no kernel's Unix socket; EMFILE when this
///           process may not have so many, all of which are closed then, and the bytes are gone.
/// Cancel:   loses nothing.
task<received_descriptors> receive_descriptors(tcp_stream& from, std::span<std::byte> into);

}  // namespace pirn::net
