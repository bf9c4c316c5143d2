// The least code: plain recursive calls. For two threads the first levels are unfolded by hand into
// a list of parts, which both threads take from one counter; nothing else is a task.
#include <atomic>
#include <thread>
#include <vector>

#include "bench/fork_join/work.hpp"

namespace {

[[gnu::noinline]] std::uint64_t fib(int n) {
  return n < 2 ? static_cast<std::uint64_t>(n) : fib(n - 1) + fib(n - 2);
}

[[gnu::noinline]] std::uint64_t skynet(std::uint64_t first, std::uint64_t leaves) {
  if (leaves == 1) return first;
  std::uint64_t sum = 0;
  const std::uint64_t branch = leaves / bench::skynet_branches;
  for (std::uint64_t i = 0; i < bench::skynet_branches; ++i)
    sum += skynet(first + i * branch, branch);
  return sum;
}

[[gnu::noinline]] std::uint64_t queens(const bench::board& placed, int row) {
  if (row == bench::queens_n) return 1;
  std::uint64_t found = 0;
  for (int column = 0; column < bench::queens_n; ++column) {
    if (placed.takes(row, column)) found += queens(placed.with(row, column), row + 1);
  }
  return found;
}

/// The sum of work(0), …, work(parts - 1), by this thread and another.
template <class Work>
std::uint64_t by_two(std::size_t parts, Work work) {
  std::atomic<std::size_t> taken{0};
  const auto take_parts = [&](std::uint64_t* sum) {
    for (std::size_t part; (part = taken.fetch_add(1)) < parts;) *sum += work(part);
  };
  std::uint64_t mine = 0;
  std::uint64_t others = 0;
  std::thread other{take_parts, &others};
  take_parts(&mine);
  other.join();
  return mine + others;
}

void unfold_fib(int n, std::vector<int>& parts) {
  if (n <= bench::fib_n - 10) return parts.push_back(n);
  unfold_fib(n - 1, parts);
  unfold_fib(n - 2, parts);
}

void unfold_queens(const bench::board& placed, int row, std::vector<bench::board>& parts) {
  if (row == 2) return parts.push_back(placed);
  for (int column = 0; column < bench::queens_n; ++column) {
    if (placed.takes(row, column)) unfold_queens(placed.with(row, column), row + 1, parts);
  }
}

std::uint64_t fib_by_two() {
  std::vector<int> parts;
  unfold_fib(bench::fib_n, parts);
  return by_two(parts.size(), [&](std::size_t part) { return fib(parts[part]); });
}

std::uint64_t skynet_by_two() {
  constexpr std::size_t parts = bench::skynet_branches * bench::skynet_branches;
  constexpr std::uint64_t leaves = bench::skynet_leaves / parts;
  return by_two(parts, [](std::size_t part) { return skynet(part * leaves, leaves); });
}

std::uint64_t queens_by_two() {
  std::vector<bench::board> parts;
  unfold_queens({}, 0, parts);
  return by_two(parts.size(), [&](std::size_t part) { return queens(parts[part], 2); });
}

bench::elapsed fib_1(std::uint64_t count) {
  return bench::timed(count, bench::fib_result, [] { return fib(bench::unknown(bench::fib_n)); });
}
bench::elapsed fib_2(std::uint64_t count) {
  return bench::timed(count, bench::fib_result, fib_by_two);
}
bench::elapsed skynet_1(std::uint64_t count) {
  return bench::timed(count, bench::skynet_result,
                      [] { return skynet(0, bench::unknown(bench::skynet_leaves)); });
}
bench::elapsed skynet_2(std::uint64_t count) {
  return bench::timed(count, bench::skynet_result, skynet_by_two);
}
bench::elapsed queens_1(std::uint64_t count) {
  return bench::timed(count, bench::queens_result, [] { return queens({}, bench::unknown(0)); });
}
bench::elapsed queens_2(std::uint64_t count) {
  return bench::timed(count, bench::queens_result, queens_by_two);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_timed(argc, argv,
                          {{"fib-1", fib_1},
                           {"fib-2", fib_2},
                           {"skynet-1", skynet_1},
                           {"skynet-2", skynet_2},
                           {"nqueens-1", queens_1},
                           {"nqueens-2", queens_2}});
}
