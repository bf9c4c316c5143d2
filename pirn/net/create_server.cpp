#include "pirn/net/create_server.hpp"

#include "pirn/base/scope_guard.hpp"
#include "pirn/net/handler_group.hpp"
#include "pirn/net/server_run.hpp"
#include "pirn/net/transport_runner.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::net::detail {

namespace {

// What the acceptor and the connections share.
struct served {
  any_protocol_factory factory;
  protocol_server_options options;
  failure_sink failures;
  stream_wrapper wrap;                   // may be empty
  handler_group* connections = nullptr;  // null before they may begin, and once they are to end
  event accepts_no_more{};
};

task<> run_wrapped(std::shared_ptr<served> server, tcp_stream peer) {
  io::any_stream whole = co_await server->wrap(std::move(peer));
  std::shared_ptr<base_protocol> told = server->factory();
  std::shared_ptr<transport> running = transport_runner::make(std::move(whole), std::move(told));
  co_await transport_runner::run(std::move(running));
}

// A connection's own task is its transport's, without a frame around it; the group tells its
// failures.
void start(const std::shared_ptr<served>& server, tcp_stream peer) {
  const endpoint address = peer.peer();
  try {
    if (server->wrap) {
      server->connections->start_noted(address.packed(), run_wrapped(server, std::move(peer)));
    } else {
      std::shared_ptr<base_protocol> told = server->factory();
      std::shared_ptr<transport> made = transport_runner::make(std::move(peer), std::move(told));
      server->connections->start_noted(address.packed(), transport_runner::run(std::move(made)));
    }
  } catch (...) {  // the factory's
    report_failure(address, std::current_exception(), server->failures);
  }
}

// Once it has ended, be it held as a child, nobody listens.
task<> accept_all(std::shared_ptr<served> server, listener bound) {
  listener where = std::move(bound);
  const scope_exit ended([&server] { server->accepts_no_more.set(); });
  for (;;) {
    tcp_stream peer =
        co_await accept_patiently(where, server->options.shortage_pause, accept_mode::ahead);
    if (server->connections == nullptr) co_return;
    start(server, std::move(peer));
  }
}

// The connections are apart from the acceptor, for closing the server ends that alone.
task<> keep_connections(std::shared_ptr<served> server) {
  task_record& me = co_await this_task_record{};
  handler_group connections(me, server->failures);
  server->connections = &connections;
  std::exception_ptr error;
  try {
    co_await server->accepts_no_more.wait();
  } catch (...) {
    error = std::current_exception();
  }
  server->connections = nullptr;
  co_await connections.join_first(error);
}

}  // namespace

protocol_server protocol_server_maker::make(task_group& group, any_protocol_factory factory,
                                            listener where, const protocol_server_options& options,
                                            failure_sink failures, stream_wrapper wrap) {
  const endpoint local = where.local();
  auto shared =
      std::make_shared<served>(std::move(factory), options, std::move(failures), std::move(wrap));
  group.start(keep_connections(shared));
  return {local, group.start(accept_all(std::move(shared), std::move(where)))};
}

}  // namespace pirn::net::detail
