// Boost.Asio: a coroutine for each of the connections that are made side by side.
#include <boost/asio.hpp>

#include "bench/connect/client.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

asio::awaitable<void> connect_in_turn(bench::connect_job job) {
  const tcp::endpoint server{asio::ip::address_v4::loopback(), job.port};
  for (std::uint64_t i = 0; i < job.share(); ++i) {
    tcp::socket connected{co_await asio::this_coro::executor};
    co_await connected.async_connect(server, asio::use_awaitable);
    connected.set_option(tcp::no_delay{true});
    connected.set_option(tcp::socket::linger{true, 0});
  }
}

void end_at_failure(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::connect_job job = bench::job_of(argc, argv);
  asio::io_context context{1};
  const bench::stopwatch watch;
  for (std::uint64_t i = 0; i < job.width; ++i) {
    asio::co_spawn(context, connect_in_turn(job), end_at_failure);
  }
  context.run();
  bench::tell(watch.read(), job.count);
}
