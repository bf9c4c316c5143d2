#include "pirn/net/server.hpp"

#include "pirn/core/sleep.hpp"

namespace pirn::net::detail {

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
