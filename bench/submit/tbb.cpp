// oneTBB: tasks of a task_group that leave their results in places of their own; who waits, helps.
#include <vector>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include "bench/submit/work.hpp"

namespace {

bench::elapsed batched(std::uint64_t count) {
  std::vector<std::uint64_t> results(bench::batch);
  tbb::task_group group;
  return bench::timed(count, bench::batch, bench::batch_sum, [&] {
    for (std::uint64_t i = 0; i < bench::batch; ++i) {
      group.run([&results, i] { results[i] = bench::add_one(i); });
    }
    group.wait();
    std::uint64_t sum = 0;
    for (const std::uint64_t each : results) sum += each;
    return sum;
  });
}

bench::elapsed one_by_one(std::uint64_t count) {
  tbb::task_group group;
  return bench::timed(count, 1, 2, [&] {
    std::uint64_t result = 0;
    group.run([&result] { result = bench::add_one(1); });
    group.wait();
    return result;
  });
}

bench::elapsed one_worker(std::uint64_t count) {
  bench::elapsed took{};
  tbb::task_group outer;
  outer.run([&] { took = one_by_one(count); });
  outer.wait();
  return took;
}

bench::elapsed map_chunk(std::uint64_t count) {
  using range = tbb::blocked_range<std::uint64_t>;
  std::vector<std::uint64_t> results(bench::map_elements);
  const auto fill = [&results](const range& part) {
    for (std::uint64_t i = part.begin(); i < part.end(); ++i) results[i] = bench::mix(i);
  };
  return bench::timed(count, bench::map_elements, bench::map_sum, [&] {
    tbb::parallel_for(range{0, bench::map_elements, bench::map_chunk}, fill);
    std::uint64_t sum = 0;
    for (const std::uint64_t each : results) sum += each;
    return sum;
  });
}

}  // namespace

int main(int argc, char** argv) {
  const tbb::global_control limit{tbb::global_control::max_allowed_parallelism, bench::pool_size};
  return bench::run_submit(argc, argv, batched, one_by_one, one_worker, map_chunk);
}
