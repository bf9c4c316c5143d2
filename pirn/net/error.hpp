// error: failures that name what was attempted and on what.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "pirn/base/endpoint.hpp"
#include "pirn/core/socket.hpp"

namespace pirn::net {

/// A std::system_error whose message reads `operation object: reason`, in one line.
/// Requires: error is an errno, or its negative.
std::system_error failure(std::string_view operation, std::string_view object, int error);

/// Who is at the other end of a connection, for messages, printable: its address, or, of one that
/// has none, as who connects to a Unix socket, whose client it is.
std::string peer_name(const endpoint& peer, const endpoint& local);
std::string peer_name(const socket& of);

}  // namespace pirn::net
