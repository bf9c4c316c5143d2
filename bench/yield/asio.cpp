// Boost.Asio: a coroutine posts itself to its io_context.
#include <deque>

#include <boost/asio.hpp>

#include "bench/common/measure.hpp"

namespace asio = boost::asio;

namespace {

asio::awaitable<void> yielder(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await asio::post(asio::use_awaitable);
}

std::int64_t yields(asio::io_context& context, std::uint64_t tasks, std::uint64_t count) {
  std::uint64_t running = tasks;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < tasks; ++i) {
    asio::co_spawn(context, yielder(count / tasks), [&](std::exception_ptr) {
      if (--running == 0) context.stop();
    });
  }
  context.run();
  return bench::cpu_now_ns() - start;
}

std::int64_t one(std::uint64_t count) {
  asio::io_context context{1};
  return yields(context, 1, count);
}

std::int64_t hundred(std::uint64_t count) {
  asio::io_context context{1};
  return yields(context, 100, count);
}

std::int64_t busy(std::uint64_t count) {
  asio::io_context context{1};
  asio::ip::tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  acceptor.async_accept([](const boost::system::error_code&, const asio::ip::tcp::socket&) {});
  std::deque<asio::steady_timer> timers;
  for (int i = 0; i < 100; ++i) {
    timers.emplace_back(context, std::chrono::hours{1 + i}).async_wait([](auto) {});
  }
  return yields(context, 1, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"one", one}, {"hundred", hundred}, {"busy", busy}});
}
