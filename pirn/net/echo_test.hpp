// echo_test: a handler that says what it hears, and a client of it.
#pragma once

#include "pirn/net/connected_test.hpp"

namespace pirn::net {

inline task<> echo(tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (chunk.empty()) co_return;
    co_await peer.write_all(chunk);
  }
}

/// Says "x" and waits for the answer.
inline task<> exchange(tcp_stream& peer) {
  co_await peer.write_all("x");
  lease answer = co_await peer.read();
  EXPECT_EQ(answer.text(), "x");
}

}  // namespace pirn::net
