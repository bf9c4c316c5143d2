// Boost.Asio: five nested awaitable<int>.
#include <boost/asio.hpp>

#include "bench/common/measure.hpp"

namespace asio = boost::asio;

namespace {

[[gnu::noinline]] asio::awaitable<int> level_1(int x) {
  co_return x + 1;
}
[[gnu::noinline]] asio::awaitable<int> level_2(int x) {
  co_return co_await level_1(x) + 1;
}
[[gnu::noinline]] asio::awaitable<int> level_3(int x) {
  co_return co_await level_2(x) + 1;
}
[[gnu::noinline]] asio::awaitable<int> level_4(int x) {
  co_return co_await level_3(x) + 1;
}
[[gnu::noinline]] asio::awaitable<int> level_5(int x) {
  co_return co_await level_4(x) + 1;
}

asio::awaitable<void> repeat(std::uint64_t count) {
  int sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += co_await level_5(static_cast<int>(i & 7));
  bench::keep(sum);
}

std::int64_t five(std::uint64_t count) {
  asio::io_context context{1};
  const std::int64_t start = bench::cpu_now_ns();
  asio::co_spawn(context, repeat(count), asio::detached);
  context.run();
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"five", five}});
}
