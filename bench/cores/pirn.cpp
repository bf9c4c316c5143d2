// pirn: an HTTP server whose handler computes, on as many workers as are asked for.
//
// Called as `PROGRAM WORKERS`.
#include <cstdlib>

#include "bench/common/server.hpp"
#include "bench/cores/busy.hpp"
#include "pirn/http/server.hpp"
#include "pirn/run/run.hpp"

namespace {

pirn::task<> answer(pirn::http::exchange& current) {
  bench::keep(bench::compute_for_2_ms());
  current.respond(pirn::http::status::ok, "Hello, world!", "text/plain");
  co_return;
}

pirn::task<> serve(pirn::worker me) {
  pirn::net::listener listener(me, pirn::net::loopback(0));
  if (me.index() == 0) bench::tell_port(listener.local().port());
  co_await pirn::http::serve(listener, answer);
}

}  // namespace

int main(int argc, char** argv) {
  const int workers = argc > 1 ? std::atoi(argv[1]) : 1;
  pirn::run({.workers = static_cast<unsigned>(workers)}, serve);
}
