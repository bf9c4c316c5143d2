// pirn: what has come is received as one list, and sent back as one.
#include "pirn/pirn.hpp"

#include <vector>

#include "bench/common/server.hpp"

namespace {

pirn::task<> serve() {
  pirn::net::udp_socket socket(pirn::net::loopback(0));
  bench::tell_port(socket.local().port());
  std::vector<pirn::outgoing_datagram> echoes;
  for (;;) {
    auto arrived = co_await socket.receive_many();
    echoes.clear();
    for (const auto& each : arrived) {
      echoes.push_back(pirn::net::datagram_to(*each.peer, each.bytes));
    }
    co_await socket.send_many(echoes);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return pirn::run_main(serve, argc, argv);
}
