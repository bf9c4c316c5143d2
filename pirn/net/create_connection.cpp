#include "pirn/net/create_connection.hpp"

#include "pirn/net/server.hpp"
#include "pirn/net/transport_runner.hpp"

namespace pirn::net::detail {

namespace {

task<> run_in_group(std::shared_ptr<transport> running) {
  const endpoint peer = running->peer();
  std::exception_ptr error;
  try {
    co_await transport_runner::run(std::move(running));
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (error) report_failure(peer, error, failure_sink{});
}

}  // namespace

task<std::shared_ptr<transport>> start_connection(task_group& group, io::any_stream connected,
                                                  std::shared_ptr<base_protocol> told) {
  std::shared_ptr<transport> running =
      transport_runner::make(std::move(connected), std::move(told));
  group.start(run_in_group(running));
  event_wait made = transport_runner::wait_made(*running);
  co_await shield(made);  // a turn: no one is left with a connection that nobody knows
  co_return running;
}

}  // namespace pirn::net::detail
