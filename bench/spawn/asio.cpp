// Boost.Asio: co_spawn a thousand coroutines; the last one to complete wakes the parent.
#include <boost/asio.hpp>

#include "bench/common/measure.hpp"

namespace asio = boost::asio;

namespace {

asio::awaitable<void> add_one(std::uint64_t& sum) {
  ++sum;
  co_return;
}

asio::awaitable<void> spawn_all(asio::io_context& context, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t spawned = 0; spawned < count; spawned += 1'000) {
    // Asio 1.81 has no group of a number known at run time; a timer that never rings is its usual
    // event.
    asio::steady_timer all_done{context, asio::steady_timer::time_point::max()};
    int running = 1'000;
    for (int i = 0; i < 1'000; ++i) {
      asio::co_spawn(context, add_one(sum), [&](std::exception_ptr) {
        if (--running == 0) all_done.cancel();
      });
    }
    boost::system::error_code ignored;
    co_await all_done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  bench::keep(sum);
}

std::int64_t thousand(std::uint64_t count) {
  asio::io_context context{1};
  const std::int64_t start = bench::cpu_now_ns();
  asio::co_spawn(context, spawn_all(context, count), asio::detached);
  context.run();
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"thousand", thousand}});
}
