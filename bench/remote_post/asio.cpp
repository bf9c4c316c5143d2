// Boost.Asio: post to an io_context that another thread runs.
#include <thread>

#include <boost/asio.hpp>

#include "bench/remote_post/posting.hpp"

namespace asio = boost::asio;

namespace {

bench::elapsed batched(std::uint64_t count) {
  asio::io_context context(1);
  auto work = asio::make_work_guard(context);
  std::uint64_t ran = 0;
  const bench::stopwatch watch;
  std::jthread poster([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      asio::post(context, [&] {
        if (++ran == count) work.reset();
      });
    }
  });
  context.run();
  return watch.read();
}

bench::elapsed wake(std::uint64_t count) {
  asio::io_context context(1);
  auto work = asio::make_work_guard(context);
  bench::wake_times times;
  bench::elapsed took{};
  std::jthread poster([&] {
    took = times.measure(count, [&] { asio::post(context, [&] { times.arrive(); }); });
    work.reset();
  });
  context.run();
  poster.join();
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_timed(argc, argv, {{"batched", batched}, {"wake", wake, 100}});
}
