// Fork and join: a job shares its work out, and any free thread of the pool takes a part.

#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

// [fork_join]
pirn::job<long> fib(int n) {
  if (n < 2) co_return n;
  auto left = co_await pirn::fork(fib, n - 1);  // this thread does it; another may go on below
  const long right = co_await fib(n - 2);
  co_await pirn::join();
  co_return left.value() + right;
}
// [/fork_join]

pirn::task<> from_a_loop(pirn::thread_pool& pool) {
  const long value = co_await pool.submit(fib, 20);  // the loop goes on meanwhile
  fmt::print("fib(20) = {}\n", value);
}

int main() {
  pirn::thread_pool pool;
  fmt::print("fib(25) = {}\n", pool.submit(fib, 25).result());
  pirn::run(from_a_loop, std::ref(pool));

  std::vector<int> squares(1000);
  pirn::parallel_for(pool, std::views::iota(0, 1000),
                     [&](int i) { squares[static_cast<std::size_t>(i)] = i * i; });
  fmt::print("sum of squares = {}\n", pirn::parallel_reduce(pool, squares, 0L));
}

// Output:
// fib(25) = 75025
// fib(20) = 6765
// sum of squares = 332833500
