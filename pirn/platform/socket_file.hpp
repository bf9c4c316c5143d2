// socket_file: where a Unix socket's name is a file, which outlives who made it.
#pragma once

#include "pirn/base/endpoint.hpp"

namespace pirn {

/// Whether it is a Unix socket's path, and no abstract name.
bool has_socket_file(const endpoint& local) noexcept;

/// Binds a stream socket to its file and listens there. A socket's file whose owner has died
/// without removing it is replaced. Of several that do so at once one succeeds, and the others find
/// the address in use: whoever is at it has a lock meanwhile, on a file beside the socket's.
///
/// Requires: has_socket_file(local).
/// Returns:  0 or an errno; EADDRINUSE when somebody listens there, or is about to.
int listen_at_file(int descriptor, const endpoint& local, int backlog);

}  // namespace pirn
