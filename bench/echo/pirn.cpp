// pirn: the echo server as a user writes it.
#include "pirn/pirn.hpp"

#include "bench/common/server.hpp"

namespace {

pirn::task<> echo(pirn::net::tcp_stream peer) {
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
