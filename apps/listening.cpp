#include "listening.hpp"

#include <cstdlib>

#include <fmt/core.h>

#include "command.hpp"
#include "driver_option.hpp"
#include "option_checks.hpp"

namespace pirn::apps {

void add_limit_options(CLI::App& command, server_limits& limits) {
  command
      .add_option("--connections", limits.connections_max,
                  "take no more at a time, of each worker; others wait (0: no limit)")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000'000}))
      ->option_text("N [0]");
  command
      .add_option("--idle", limits.idle_s,
                  "end a connection on which nothing happens for so long (0: never)")
      ->check(seconds_from(0))
      ->option_text(fmt::format("SECONDS [{}]", limits.idle_s));
}

listening_place::listening_place(const std::string& address)
    : address_(listening_address(address)), inherited_(take_inherited_descriptors()) {
  if (inherited_.size() > 1) {
    throw usage_error("started with " + std::to_string(inherited_.size()) +
                      " sockets, of which it can serve one");
  }
}

net::listener listening_place::listen(const worker& me) const {
  if (!inherited_.empty()) return net::listener(inherited_.front().descriptor);
  return net::listener(me, address_);
}

}  // namespace pirn::apps
