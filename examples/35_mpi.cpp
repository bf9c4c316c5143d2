// 35_mpi: one program on many ranks. Rank 0 runs it; all others count primes for it.
//
//     35_mpi                    alone: the same, on one thread of this process
//     mpirun -n 4 35_mpi        three ranks count

#include <ranges>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "pirn/mpi/mpi_main.hpp"
#include "pirn/mpi/mpi_pool.hpp"
#include "pirn/pirn.hpp"

constexpr int range_size = 20'000;

int count_primes(int first) {
  if (first < 0) throw std::invalid_argument(fmt::format("no primes from {} on", first));
  int count = 0;
  for (int number = first; number < first + range_size; ++number) {
    bool is_prime = number > 1;
    for (int divisor = 2; is_prime && divisor * divisor <= number; ++divisor) {
      is_prime = number % divisor != 0;
    }
    count += is_prime ? 1 : 0;
  }
  return count;
}

std::vector<int> starts() {
  std::vector<int> each;
  for (int index = 0; index < 10; ++index) each.push_back(index * range_size);
  return each;
}

pirn::task<> await_one(pirn::mpi_pool& pool) {
  const int count = co_await pool.submit(count_primes, 0);
  fmt::print("a loop awaits a rank: {}\n", count);
}

void program() {
  pirn::mpi_pool pool;

  int below = 0;
  int total = 0;
  for (int count : pool.map(count_primes, starts())) {  // in the order of the ranges
    below += range_size;
    total += count;
    fmt::print("{:6} primes below {:7}\n", total, below);
  }

  int sum = 0;  // as they come, two ranges to a message
  for (int count : pool.map({.chunk = 2, .ordered = false}, count_primes, starts())) sum += count;
  fmt::print("{:6} in any order\n", sum);

  try {
    pool.submit(count_primes, -1).result();
  } catch (const std::invalid_argument& error) {
    fmt::print("thrown on a rank, caught here: {}\n", error.what());
  }

  pirn::run(await_one, std::ref(pool));
}

int main(int argc, char** argv) {
  return pirn::mpi_main(program, argc, argv);
}

// Output:
//   2262 primes below   20000
//   4203 primes below   40000
//   6057 primes below   60000
//   7837 primes below   80000
//   9592 primes below  100000
//  11301 primes below  120000
//  13010 primes below  140000
//  14683 primes below  160000
//  16342 primes below  180000
//  17984 primes below  200000
//  17984 in any order
// thrown on a rank, caught here: no primes from -1 on
// a loop awaits a rank: 2262
