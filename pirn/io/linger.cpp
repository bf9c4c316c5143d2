#include "pirn/io/linger.hpp"

#include <system_error>

#include "pirn/core/within.hpp"

namespace pirn::io {
namespace {

task<> end_and_drop_the_rest(stream_ref peer) {
  try {
    co_await peer.shut_down_writing();
  } catch (const std::system_error& error) {  // after a reset, of which the read tells
    if (error.code() != std::errc::not_connected) throw;
  }
  for (;;) {
    const lease dropped = co_await peer.read();
    if (dropped.empty()) co_return;
  }
}

}  // namespace

task<bool> linger(stream_ref peer, duration limit) {
  const bool ended = co_await move_on_after(limit, end_and_drop_the_rest(peer));
  co_return ended;
}

}  // namespace pirn::io
