// server_run: a server while it runs, whatever its handler is.
#pragma once

#include <optional>

#include "pirn/core/scope.hpp"
#include "pirn/core/task.hpp"
#include "pirn/net/handler_group.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/net/serve_options.hpp"
#include "pirn/sync/semaphore.hpp"

namespace pirn::net::detail {

/// Takes the next connection; pauses while the system is short of descriptors or memory.
task<tcp_stream> accept_patiently(listener& where, duration pause, accept_mode mode);
/// The same for what accept_taken() gives.
task<std::optional<tcp_stream>> take_patiently(listener& where, duration pause);

/// A server while it runs. Two groups: what cancels it reaches the acceptor in the one; the
/// handlers in the other stand in a shield, which ends with their grace.
class server_run {
 public:
  server_run(listener& where, const serve_options& options, const failure_sink& failures);
  server_run(server_run&&) = delete;  // its tasks point at it

  task<> run();

 protected:
  ~server_run() = default;

 private:
  /// The handler's work on a connection.
  virtual task<> handle(tcp_stream peer) = 0;

  bool has_limits() const noexcept;
  task<> run_handlers(task_group& acceptors);
  task<> serve(handler_group& handlers, task_group& acceptors);
  task<> accept_all();
  void start(handler_group& handlers, tcp_stream peer, semaphore_permit place);
  task<> limited(tcp_stream peer, semaphore_permit place);

  listener& where_;
  const serve_options& options_;
  const failure_sink& failures_;
  semaphore places_;
  cancel_scope shield_{scope_options{.shield = true}};
  handler_group* handlers_ = nullptr;  // null once they are about to end
};

}  // namespace pirn::net::detail
