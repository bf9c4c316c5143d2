// oneTBB: a task_group at each level; one branch, the last, is called in place.
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include "bench/fork_join/work.hpp"

namespace {

std::uint64_t fib(int n) {
  if (n < 2) return static_cast<std::uint64_t>(n);
  std::uint64_t one = 0;
  tbb::task_group group;
  group.run([&one, n] { one = fib(n - 1); });
  const std::uint64_t two = fib(n - 2);
  group.wait();
  return one + two;
}

std::uint64_t skynet(std::uint64_t first, std::uint64_t leaves) {
  if (leaves == 1) return first;
  const std::uint64_t branch = leaves / bench::skynet_branches;
  std::array<std::uint64_t, bench::skynet_branches> sums;
  tbb::task_group group;
  for (std::uint64_t i = 0; i + 1 < bench::skynet_branches; ++i) {
    group.run([&sums, first, branch, i] { sums[i] = skynet(first + i * branch, branch); });
  }
  sums.back() = skynet(first + (bench::skynet_branches - 1) * branch, branch);
  group.wait();
  std::uint64_t sum = 0;
  for (const std::uint64_t each : sums) sum += each;
  return sum;
}

std::uint64_t queens(const bench::board& placed, int row) {
  if (row == bench::queens_n) return 1;
  std::array<std::uint64_t, bench::queens_n> found{};
  tbb::task_group group;
  for (int column = 0; column < bench::queens_n; ++column) {
    if (!placed.takes(row, column)) continue;
    group.run([&found, next = placed.with(row, column), row, column] {
      found[static_cast<std::size_t>(column)] = queens(next, row + 1);
    });
  }
  group.wait();
  std::uint64_t sum = 0;
  for (const std::uint64_t each : found) sum += each;
  return sum;
}

/// Runs the work in an arena of so many threads, this one among them.
template <int threads, class Work>
bench::elapsed timed_on(std::uint64_t count, std::uint64_t expected, Work work) {
  const tbb::global_control limit{tbb::global_control::max_allowed_parallelism, threads};
  tbb::task_arena arena{threads};
  return arena.execute([&] { return bench::timed(count, expected, work); });
}

template <int threads>
bench::elapsed run_fib(std::uint64_t count) {
  return timed_on<threads>(count, bench::fib_result,
                           [] { return fib(bench::unknown(bench::fib_n)); });
}
template <int threads>
bench::elapsed run_skynet(std::uint64_t count) {
  return timed_on<threads>(count, bench::skynet_result,
                           [] { return skynet(0, bench::unknown(bench::skynet_leaves)); });
}
template <int threads>
bench::elapsed run_queens(std::uint64_t count) {
  return timed_on<threads>(count, bench::queens_result,
                           [] { return queens({}, bench::unknown(0)); });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_timed(argc, argv,
                          {{"fib-1", run_fib<1>},
                           {"fib-2", run_fib<2>},
                           {"skynet-1", run_skynet<1>},
                           {"skynet-2", run_skynet<2>},
                           {"nqueens-1", run_queens<1>},
                           {"nqueens-2", run_queens<2>}});
}
