// pirn: thread_pool::submit and future::result(); map in chunks.
#include "pirn/pirn.hpp"

#include <ranges>
#include <vector>

#include "bench/submit/work.hpp"

namespace {

bench::elapsed batched(std::uint64_t count) {
  pirn::thread_pool pool{bench::pool_size};
  std::vector<pirn::future<std::uint64_t>> futures;
  futures.reserve(bench::batch);
  return bench::timed(count, bench::batch, bench::batch_sum, [&] {
    for (std::uint64_t i = 0; i < bench::batch; ++i) {
      futures.push_back(pool.submit(bench::add_one, i));
    }
    std::uint64_t sum = 0;
    for (auto& each : futures) sum += each.result();
    futures.clear();
    return sum;
  });
}

bench::elapsed one_by_one(pirn::thread_pool& pool, std::uint64_t count) {
  return bench::timed(count, 1, 2,
                      [&] { return pool.submit(bench::add_one, std::uint64_t{1}).result(); });
}

// As with oneTBB, who waits may make the call; without callers_help it would sleep meanwhile.
bench::elapsed one_plain(std::uint64_t count) {
  pirn::thread_pool pool{{.size = bench::pool_size, .callers_help = true}};
  return one_by_one(pool, count);
}

bench::elapsed one_worker(std::uint64_t count) {
  pirn::thread_pool pool{bench::pool_size};
  return pool.submit([&pool, count] { return one_by_one(pool, count); }).result();
}

bench::elapsed map_chunk(std::uint64_t count) {
  pirn::thread_pool pool{bench::pool_size};
  const auto elements = std::views::iota(std::uint64_t{0}, bench::map_elements);
  const auto mix = [](std::uint64_t n) { return bench::mix(n); };  // a direct call, as elsewhere
  return bench::timed(count, bench::map_elements, bench::map_sum, [&] {
    std::uint64_t sum = 0;
    auto results = pirn::map(pool, {.chunk = bench::map_chunk}, mix, elements);
    for (const std::uint64_t each : results) sum += each;
    return sum;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_submit(argc, argv, batched, one_plain, one_worker, map_chunk);
}
