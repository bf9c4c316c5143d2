// transport_runner: makes a transport, and is its task from connection_made to connection_lost.
#pragma once

#include <exception>
#include <memory>

#include "pirn/net/transport.hpp"

namespace pirn::net::detail {

/// Runs connections for create_connection() and create_server().
class transport_runner {
 public:
  static std::shared_ptr<transport> make(io::any_stream connected,
                                         std::shared_ptr<base_protocol> told);

  /// The connection from connection_made() to connection_lost(). It has a group of its own for what
  /// sends, beside its reading: cancelling that breaks it off; from around it, cancelled.
  /// Throws: what broke it off; `cancelled`.
  static task<> run(std::shared_ptr<transport> running);

  /// Waits until connection_made() has returned.
  static event_wait wait_made(transport& running) noexcept { return running.made_.wait(); }

 private:
  static void finish(transport& ended, std::exception_ptr error);
};

}  // namespace pirn::net::detail
