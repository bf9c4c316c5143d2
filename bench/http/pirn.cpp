// pirn: an HTTP server whose handler answers from memory.
#include "pirn/pirn.hpp"

#include "bench/common/server.hpp"
#include "pirn/http/server.hpp"

namespace {

pirn::task<> hello(pirn::http::exchange& current) {
  current.respond(pirn::http::status::ok, "Hello, world!", "text/plain");
  co_return;
}

pirn::task<> serve() {
  pirn::net::listener listener(pirn::net::loopback(0));
  bench::tell_port(listener.local().port());
  co_await pirn::http::serve(listener, hello);
}

}  // namespace

int main(int argc, char** argv) {
  return pirn::run_main(serve, argc, argv);
}
