// Boost.Asio: thread_pool and post with use_future; inside a worker, a coroutine awaits another, as
// a future's get() would hold the thread.
#include <future>
#include <vector>

#include <boost/asio.hpp>

#include "bench/submit/work.hpp"

namespace asio = boost::asio;

namespace {

bench::elapsed batched(std::uint64_t count) {
  asio::thread_pool pool{bench::pool_size};
  std::vector<std::future<std::uint64_t>> futures;
  futures.reserve(bench::batch);
  return bench::timed(count, bench::batch, bench::batch_sum, [&] {
    for (std::uint64_t i = 0; i < bench::batch; ++i) {
      futures.push_back(asio::post(pool, asio::use_future([i] { return bench::add_one(i); })));
    }
    std::uint64_t sum = 0;
    for (auto& each : futures) sum += each.get();
    futures.clear();
    return sum;
  });
}

bench::elapsed one_plain(std::uint64_t count) {
  asio::thread_pool pool{bench::pool_size};
  return bench::timed(count, 1, 2, [&] {
    return asio::post(pool, asio::use_future([] { return bench::add_one(1); })).get();
  });
}

asio::awaitable<std::uint64_t> add_one() {
  co_return bench::add_one(1);
}

asio::awaitable<bench::elapsed> one_by_one(std::uint64_t count) {
  const auto executor = co_await asio::this_coro::executor;
  const bench::stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t result = co_await asio::co_spawn(executor, add_one(), asio::use_awaitable);
    bench::expect(result, 2);
  }
  co_return watch.read();
}

bench::elapsed one_worker(std::uint64_t count) {
  asio::thread_pool pool{bench::pool_size};
  return asio::co_spawn(pool, one_by_one(count), asio::use_future).get();
}

bench::elapsed map_chunk(std::uint64_t count) {
  asio::thread_pool pool{bench::pool_size};
  std::vector<std::uint64_t> results(bench::map_elements);
  std::vector<std::future<void>> chunks;
  return bench::timed(count, bench::map_elements, bench::map_sum, [&] {
    for (std::uint64_t first = 0; first < bench::map_elements; first += bench::map_chunk) {
      const auto fill = [&results, first] {
        for (std::uint64_t i = first; i < first + bench::map_chunk; ++i) results[i] = bench::mix(i);
      };
      chunks.push_back(asio::post(pool, asio::use_future(fill)));
    }
    for (auto& each : chunks) each.get();
    chunks.clear();
    std::uint64_t sum = 0;
    for (const std::uint64_t each : results) sum += each;
    return sum;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_submit(argc, argv, batched, one_plain, one_worker, map_chunk);
}
