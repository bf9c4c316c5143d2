#include "pirn/net/server_run.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/net/activity_watch.hpp"
#include "pirn/net/error.hpp"

namespace pirn::net::detail {

namespace {

std::ptrdiff_t places_for(std::size_t connections_max) noexcept {
  if (connections_max == 0) return PTRDIFF_MAX;
  return static_cast<std::ptrdiff_t>(std::min<std::size_t>(connections_max, PTRDIFF_MAX));
}

// Tries again while the system is short of something.
template <class Accept>
std::invoke_result_t<Accept&> patiently(duration pause, Accept accept) {
  for (;;) {
    try {
      auto taken = co_await accept();
      co_return taken;
    } catch (const std::system_error& error) {
      if (!is_shortage(error.code())) throw;
    }
    co_await sleep_for(pause);
  }
}

}  // namespace

task<tcp_stream> accept_patiently(listener& where, duration pause, accept_mode mode) {
  return patiently(pause, [&where, mode] { return where.accept(mode); });
}

task<std::optional<tcp_stream>> take_patiently(listener& where, duration pause) {
  return patiently(pause, [&where] { return where.accept_taken(); });
}

server_run::server_run(listener& where, const serve_options& options, const failure_sink& failures)
    : where_(where),
      options_(options),
      failures_(failures),
      places_(places_for(options.connections_max)) {}

bool server_run::has_limits() const noexcept {
  return options_.connections_max != 0 || options_.idle_timeout != duration{} ||
         options_.read_timeout != duration{};
}

task<> server_run::run() {
  task_record& me = co_await this_task_record{};
  task_group acceptors(me);
  std::exception_ptr error;
  try {
    co_await within(shield_, run_handlers(acceptors));
  } catch (...) {
    error = std::current_exception();
  }
  co_await acceptors.join_first(error);
}

task<> server_run::run_handlers(task_group& acceptors) {
  task_record& me = co_await this_task_record{};
  handler_group handlers(me, failures_);
  std::exception_ptr error;
  try {
    co_await serve(handlers, acceptors);
  } catch (...) {
    error = std::current_exception();
  }
  co_await handlers.join(error);
}

task<> server_run::serve(handler_group& handlers, task_group& acceptors) {
  handlers_ = &handlers;
  child<void> acceptor = acceptors.start(accept_all());
  try {
    co_await acceptor;
  } catch (...) {  // known to its group
  }
  handlers_ = nullptr;
  shield_.set_deadline(saturating_add(now(), options_.grace));
  // Those that the driver had taken, or has been woken for, may have nobody else.
  for (;;) {
    semaphore_permit place = co_await places_.scoped_acquire();
    std::optional<tcp_stream> peer = co_await take_patiently(where_, options_.shortage_pause);
    if (!peer) co_return;
    start(handlers, *std::move(peer), std::move(place));
  }
}

task<> server_run::accept_all() {
  const accept_mode mode = options_.connections_max == 0 ? accept_mode::ahead : accept_mode::single;
  for (;;) {
    semaphore_permit place = co_await places_.scoped_acquire();
    tcp_stream peer = co_await accept_patiently(where_, options_.shortage_pause, mode);
    if (handlers_ == nullptr) co_return;  // it came while a handler's failure ended the server
    start(*handlers_, std::move(peer), std::move(place));
  }
}

// A connection costs its handler's frame and a record; a frame around it only where it has limits.
void server_run::start(handler_group& handlers, tcp_stream peer, semaphore_permit place) {
  const endpoint address = peer.peer();
  try {
    if (has_limits()) {
      handlers.start_noted(address.packed(), limited(std::move(peer), std::move(place)));
    } else {
      handlers.start_noted(address.packed(), handle(std::move(peer)));
    }
  } catch (...) {  // a handler that is no coroutine
    report_failure(address, std::current_exception(), failures_);
  }
}

// The handler has its stream, so its place is free when the connection is closed.
task<> server_run::limited(tcp_stream peer, semaphore_permit /*place*/) {
  const endpoint address = peer.peer();
  cancel_scope scope;
  activity_watch watch(scope, peer.raw(), options_);
  const bool ended = co_await within(scope, handle(std::move(peer)));
  if (!ended) throw failure(watch.reason(), peer_name(address, where_.local()), ETIMEDOUT);
}

}  // namespace pirn::net::detail
