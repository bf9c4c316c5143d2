// Boost.Asio: a coroutine that receives a datagram and sends it back; Asio has no call for several.
#include <array>

#include <boost/asio.hpp>

#include "bench/common/server.hpp"

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

asio::awaitable<void> serve(udp::socket& socket) {
  std::array<char, 2048> buffer;
  udp::endpoint peer;
  for (;;) {
    const std::size_t got =
        co_await socket.async_receive_from(asio::buffer(buffer), peer, asio::use_awaitable);
    co_await socket.async_send_to(asio::buffer(buffer.data(), got), peer, asio::use_awaitable);
  }
}

}  // namespace

int main() {
  asio::io_context context{1};
  udp::socket socket{context, {asio::ip::address_v4::loopback(), 0}};
  bench::tell_port(socket.local_endpoint().port());
  asio::co_spawn(context, serve(socket), asio::detached);
  context.run();
}
