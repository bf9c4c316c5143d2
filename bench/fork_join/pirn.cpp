// pirn: a job at each level; one branch, the last, is awaited in place.
#include "pirn/pirn.hpp"

#include "bench/fork_join/work.hpp"

namespace {

using pirn::forked;
using pirn::job;

job<std::uint64_t> fib(int n) {
  if (n < 2) co_return static_cast<std::uint64_t>(n);
  auto one = co_await pirn::fork(fib, n - 1);
  const std::uint64_t two = co_await fib(n - 2);
  co_await pirn::join();
  co_return one.value() + two;
}

job<std::uint64_t> skynet(std::uint64_t first, std::uint64_t leaves) {
  if (leaves == 1) co_return first;
  const std::uint64_t branch = leaves / bench::skynet_branches;
  std::array<forked<std::uint64_t>, bench::skynet_branches - 1> branches;
  for (std::uint64_t i = 0; i < branches.size(); ++i) {
    branches[i] = co_await pirn::fork(skynet, first + i * branch, branch);
  }
  std::uint64_t sum = co_await skynet(first + branches.size() * branch, branch);
  co_await pirn::join();
  for (auto& each : branches) sum += each.value();
  co_return sum;
}

job<std::uint64_t> queens(bench::board placed, int row) {
  if (row == bench::queens_n) co_return 1;
  std::array<forked<std::uint64_t>, bench::queens_n> branches;
  std::size_t count = 0;
  for (int column = 0; column < bench::queens_n; ++column) {
    if (!placed.takes(row, column)) continue;
    branches[count++] = co_await pirn::fork(queens, placed.with(row, column), row + 1);
  }
  co_await pirn::join();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += branches[i].value();
  co_return sum;
}

template <unsigned threads>
bench::elapsed run_fib(std::uint64_t count) {
  pirn::thread_pool pool(threads);
  return bench::timed(count, bench::fib_result,
                      [&] { return pool.submit(fib, bench::unknown(bench::fib_n)).result(); });
}
template <unsigned threads>
bench::elapsed run_skynet(std::uint64_t count) {
  pirn::thread_pool pool(threads);
  return bench::timed(count, bench::skynet_result, [&] {
    return pool.submit(skynet, std::uint64_t{0}, bench::unknown(bench::skynet_leaves)).result();
  });
}
template <unsigned threads>
bench::elapsed run_queens(std::uint64_t count) {
  pirn::thread_pool pool(threads);
  return bench::timed(count, bench::queens_result, [&] {
    return pool.submit(queens, bench::board{}, bench::unknown(0)).result();
  });
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
