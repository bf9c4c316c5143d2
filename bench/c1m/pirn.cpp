// pirn: the echo server as a user writes it; it also tells how large its handler's frame is.
#include "pirn/pirn.hpp"

#include <cstdio>

#include "bench/common/server.hpp"

namespace {

std::size_t frame_bytes = 0;

/// Prints, once, what a handler's frame takes: that is the handler's own and not the runtime's.
void tell_frame(std::size_t bytes) {
  if (frame_bytes != 0) return;
  frame_bytes = bytes;
  std::printf("%zu\n", bytes);
  std::fflush(stdout);
}

pirn::task<> echo(pirn::net::tcp_stream peer) {
  tell_frame(__builtin_coro_size());
  for (;;) {
    auto chunk = co_await peer.read();
    if (!chunk) co_return;
    co_await peer.write_all(chunk);
  }
}

pirn::task<> serve() {
  pirn::net::listener listener(pirn::net::loopback(0));
  bench::tell_port(listener.local().port());
  co_await pirn::net::serve_on(listener, echo);
}

}  // namespace

int main(int argc, char** argv) {
  return pirn::run_main(serve, argc, argv);
}
