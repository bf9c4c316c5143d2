#include "pirn/net/create_server.hpp"

#include "pirn/net/transport_runner.hpp"

namespace pirn::net::detail {

namespace {

// What the acceptor and the connections share.
struct served {
  task_group& group;
  any_protocol_factory factory;
  protocol_server_options options;
  failure_sink failures;
};

task<> serve_one(std::shared_ptr<served> server, tcp_stream peer) {
  const endpoint address = peer.peer();
  std::exception_ptr error;
  try {
    std::shared_ptr<base_protocol> told = server->factory();
    std::shared_ptr<transport> running = transport_runner::make(std::move(peer), std::move(told));
    co_await transport_runner::run(std::move(running));
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (error) report_failure(address, error, server->failures);
}

// Once it has ended, be it held as a child, nobody listens.
task<> accept_all(std::shared_ptr<served> server, listener bound) {
  listener where = std::move(bound);
  for (;;) {
    tcp_stream peer =
        co_await accept_patiently(where, server->options.shortage_pause, accept_mode::ahead);
    server->group.start(serve_one(server, std::move(peer)));
  }
}

}  // namespace

protocol_server protocol_server_maker::make(task_group& group, any_protocol_factory factory,
                                            listener where, const protocol_server_options& options,
                                            failure_sink failures) {
  const endpoint local = where.local();
  auto shared = std::make_shared<served>(group, std::move(factory), options, std::move(failures));
  return {local, group.start(accept_all(std::move(shared), std::move(where)))};
}

}  // namespace pirn::net::detail
