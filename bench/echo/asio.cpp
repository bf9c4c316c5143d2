// Boost.Asio: a coroutine for each connection, as in Asio's own example of an echo server.
#include <vector>

#include <boost/asio.hpp>

#include "bench/common/server.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

asio::awaitable<void> echo(tcp::socket peer) {
  try {
    peer.set_option(tcp::no_delay{true});
    std::vector<char> buffer(64 * 1024);
    for (;;) {
      const std::size_t got =
          co_await peer.async_read_some(asio::buffer(buffer), asio::use_awaitable);
      co_await asio::async_write(peer, asio::buffer(buffer.data(), got), asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    // The peer has gone, which is how every connection ends here.
  }
}

asio::awaitable<void> serve(tcp::acceptor& listener) {
  for (;;) {
    tcp::socket peer = co_await listener.async_accept(asio::use_awaitable);
    asio::co_spawn(listener.get_executor(), echo(std::move(peer)), asio::detached);
  }
}

}  // namespace

int main() {
  asio::io_context context{1};
  tcp::acceptor listener{context, {asio::ip::address_v4::loopback(), 0}};
  listener.listen(4096);
  bench::tell_port(listener.local_endpoint().port());
  asio::co_spawn(context, serve(listener), asio::detached);
  context.run();
}
