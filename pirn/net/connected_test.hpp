// connected_test: two ends of a connection, for the tests of net.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <unistd.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/net/tcp_stream.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/message_of_test.hpp"

namespace pirn::net {

using pirn::testing::message_of;

struct both_ends {
  tcp_stream client;
  tcp_stream server;
};

inline task<both_ends> connected() {
  listener where(loopback(0));
  auto [client, server] = co_await gather(connect(where.local()), where.accept());
  co_return both_ends{std::move(client), std::move(server)};
}

/// A name among the abstract ones that no other process takes.
inline endpoint abstract_name(std::string_view name) {
  return endpoint::unix_socket(std::string(1, '\0') + std::string(name) +
                               std::to_string(::getpid()));
}

inline task<both_ends> connected_by_unix_socket() {
  listener where(abstract_name("pirn-connected-"));
  auto [client, server] = co_await gather(connect(where.local()), where.accept());
  co_return both_ends{std::move(client), std::move(server)};
}

/// All that comes until the end.
inline task<std::string> read_to_end(tcp_stream& from) {
  std::string all;
  for (;;) {
    lease chunk = co_await from.read();
    if (chunk.empty()) co_return all;
    all += chunk.text();
  }
}

}  // namespace pirn::net
