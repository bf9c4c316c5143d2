#include "pirn/net/server.hpp"

#include <cerrno>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/net/activity_watch.hpp"
#include "pirn/net/error.hpp"

namespace pirn::net::detail {

void report_failure(const endpoint& peer, const std::exception_ptr& error,
                    const failure_sink& failures) {
  if (failures) {
    failures(peer, error);
    return;
  }
  // Its connection has ended, as it would have anyway.
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error&) {
  } catch (const timeout_error&) {
  } catch (const io::limit_exceeded&) {
  } catch (const io::incomplete_read&) {
  }
}

void handler_group::child_failed(const task_record& child, std::exception_ptr error) noexcept {
  if (!is_cancellation(error)) {
    try {
      return report_failure(endpoint::unpacked(child.note()), error, failures_);
    } catch (...) {
      error = std::current_exception();
    }
  }
  task_group::child_failed(child, std::move(error));
}

task<tcp_stream> accept_patiently(listener& where, duration pause, accept_mode mode) {
  for (;;) {
    bool shortage = false;
    try {
      tcp_stream peer = co_await where.accept(mode);
      co_return peer;
    } catch (const std::system_error& error) {
      if (!is_shortage(error.code())) throw;
      shortage = true;
    }
    if (shortage) co_await sleep_for(pause);
  }
}

task<> within_timeouts(endpoint peer, task<> work, serve_options options) {
  cancel_scope scope;
  activity_watch watch(scope, options.idle_timeout, options.read_timeout);
  const bool ended = co_await within(scope, std::move(work));
  if (!ended) throw failure(watch.reason(), peer.to_string(), ETIMEDOUT);
}

}  // namespace pirn::net::detail
