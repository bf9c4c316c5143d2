#include "pirn/net/server.hpp"

#include "pirn/core/sleep.hpp"

namespace pirn::net::detail {

void report_failure(const endpoint& peer, const std::exception_ptr& error,
                    const failure_sink& failures) {
  if (failures) {
    failures(peer, error);
    return;
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error&) {  // its connection has ended, as it would have anyway
  }
}

task<tcp_stream> accept_patiently(listener& where, duration pause) {
  for (;;) {
    bool shortage = false;
    try {
      tcp_stream peer = co_await where.accept();
      co_return peer;
    } catch (const std::system_error& error) {
      if (!is_shortage(error.code())) throw;
      shortage = true;
    }
    if (shortage) co_await sleep_for(pause);
  }
}

}  // namespace pirn::net::detail
