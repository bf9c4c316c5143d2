// serve_options: how a server ends, what a connection may cost it, and who is told of failures.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <type_traits>

#include "pirn/base/endpoint.hpp"
#include "pirn/base/time.hpp"

namespace pirn::net {

/// How a server ends, and what a connection may cost it.
struct serve_options {
  /// After the server was cancelled, how long the handlers may go on before they are cancelled too.
  duration grace{};
  /// How long to wait after an accept failed for want of descriptors or memory.
  duration shortage_pause = std::chrono::milliseconds(100);
  /// Connections at a time; while there are so many the server takes no more, and those that come
  /// wait in the listener's backlog. 0: no limit.
  std::size_t connections_max = 0;
  /// Ends a connection once none of its handler's tasks has run for so long. A write that goes on
  /// slowly is no idleness. TCP says when something has gone; a Unix socket only that something
  /// has, by messages of up to 48 KiB, so there a write that stands still is ended within twice the
  /// time. 0: never.
  duration idle_timeout{};
  /// Ends a connection when a read from it has waited for so long, whatever else its handler does
  /// meanwhile. A read inside a select() is not looked at, nor is one from another connection. 0:
  /// never.
  duration read_timeout{};
};
static_assert(std::is_trivially_copyable_v<serve_options>);

/// Told of a handler's failure: the peer and what was thrown.
using failure_sink = std::function<void(const endpoint& peer, const std::exception_ptr& error)>;

}  // namespace pirn::net
