// echo: a server in three lines, and a client of it in the same run.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

// [echo]
pirn::task<> echo(pirn::net::tcp_stream peer) {
  while (auto chunk = co_await peer.read()) {  // chunk leases a buffer that the driver filled
    co_await peer.write_all(chunk);
  }
}
// [/echo]

pirn::task<> talk(pirn::endpoint server) {
  auto stream = co_await pirn::net::connect(server);
  pirn::io::buffered_reader lines(stream);
  for (std::string_view word : {"one\n", "two\n", "three\n"}) {
    co_await stream.write_all(word);
    auto line = co_await lines.read_line();
    fmt::print("echoed: {}", line);
  }
}

pirn::task<> serve_and_talk() {
  pirn::net::listener here(pirn::net::loopback(0));
  co_await pirn::race(pirn::net::serve_on(here, echo), talk(here.local()));
}

int main() {
  pirn::run(serve_and_talk);                                                 // against the kernel
  pirn::run({.driver = pirn::driver_choice::virtual_time}, serve_and_talk);  // without one
}

// Output:
// echoed: one
// echoed: two
// echoed: three
// echoed: one
// echoed: two
// echoed: three
