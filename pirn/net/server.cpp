#include "pirn/net/server.hpp"

#include "pirn/core/sleep.hpp"

namespace pirn::net::detail {

bool is_network_failure(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error&) {
    return true;
  } catch (...) {
    return false;
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
