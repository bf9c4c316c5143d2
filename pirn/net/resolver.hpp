// resolver: host names to addresses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::net {

/// The addresses of `host`, best first, each with `port`. A numeric address is taken as it is;
/// other names are looked up in a thread (getaddrinfo). On virtual time only `localhost` and
/// numeric addresses are known.
/// Throws: std::system_error ("resolve no.such.host: Name or service not known").
task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port);

/// Connects to the first address of `host` that answers.
/// Throws: std::system_error of the last address tried.
task<tcp_stream> connect(std::string host, std::uint16_t port, stream_options options = {});

}  // namespace pirn::net
