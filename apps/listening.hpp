// listening: where a server of the command listens, and what it lets connections cost it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "pirn/base/endpoint.hpp"
#include "pirn/exec/worker.hpp"
#include "pirn/net/server.hpp"
#include "pirn/platform/inherited_descriptors.hpp"

namespace pirn::apps {

/// `--connections` and `--idle`.
struct server_limits {
  std::size_t connections_max = 0;  ///< of each worker; 0: no limit
  double idle_s = 0;                ///< 0: never

  duration idle_timeout() const {
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(idle_s));
  }
};

/// `limits` holds what is taken where an option is not given.
void add_limit_options(CLI::App& command, server_limits& limits);

/// An address, or instead of it the socket with which systemd, or who else knows its protocol, has
/// started the command.
class listening_place {
 public:
  /// Takes what the environment says was left open for this process.
  /// Throws: usage_error for what is no address, and for several sockets.
  explicit listening_place(const std::string& address);

  /// Threads: each worker's; all make theirs in the same order.
  net::listener listen(const worker& me) const;

 private:
  endpoint address_;
  std::vector<inherited_descriptor> inherited_;
};

}  // namespace pirn::apps
