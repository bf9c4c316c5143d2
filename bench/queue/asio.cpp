// Boost.Asio: experimental::channel between coroutines.
#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

#include "bench/common/measure.hpp"

namespace asio = boost::asio;

namespace {

using queue = asio::experimental::channel<void(boost::system::error_code, int)>;

asio::awaitable<void> send_and_receive(queue& out, queue& in, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await out.async_send({}, static_cast<int>(i), asio::use_awaitable);
    bench::keep(co_await in.async_receive(asio::use_awaitable));
  }
}

asio::awaitable<void> receive_and_send(queue& in, queue& out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const int value = co_await in.async_receive(asio::use_awaitable);
    co_await out.async_send({}, value, asio::use_awaitable);
  }
}

asio::awaitable<void> produce(queue& out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await out.async_send({}, static_cast<int>(i), asio::use_awaitable);
  }
}

asio::awaitable<void> consume(queue& in, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    sum += static_cast<std::uint64_t>(co_await in.async_receive(asio::use_awaitable));
  }
  bench::keep(sum);
}

std::int64_t run_all(asio::io_context& context) {
  const std::int64_t start = bench::cpu_now_ns();
  context.run();
  return bench::cpu_now_ns() - start;
}

std::int64_t ping_pong(std::uint64_t count) {
  asio::io_context context{1};
  queue there{context, 1};
  queue back{context, 1};
  asio::co_spawn(context, send_and_receive(there, back, count), asio::detached);
  asio::co_spawn(context, receive_and_send(there, back, count), asio::detached);
  return run_all(context);
}

std::int64_t four_to_one(std::uint64_t count) {
  asio::io_context context{1};
  queue shared{context, 64};
  for (int i = 0; i < 4; ++i) {
    asio::co_spawn(context, produce(shared, count / 4), asio::detached);
  }
  asio::co_spawn(context, consume(shared, count / 4 * 4), asio::detached);
  return run_all(context);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"ping-pong", ping_pong}, {"four-to-one", four_to_one}});
}
