// parallel: a function whose calls run in other processes, and a pool of them that maps another.
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/process/parallel.hpp"
#include "pirn/process/process_pool.hpp"

int primes_below(int end) {
  int count = 0;
  for (int number = 2; number < end; ++number) {
    bool is_prime = true;
    for (int factor = 2; factor * factor <= number && is_prime; ++factor) {
      is_prime = number % factor != 0;
    }
    if (is_prime) ++count;
  }
  return count;
}

std::string describe(int number) {
  if (number < 0) throw std::out_of_range("a number below zero");
  if (number == 0) std::abort();  // ends the process, and fails this call alone
  return number % 2 == 0 ? "even" : "odd";
}

int main(int argc, char** argv) {
  pirn::process_main(argc, argv);  // the processes are this program: they stay in here

  auto count_primes = pirn::parallel(primes_below);
  pirn::future<int> few = count_primes(1'000);
  pirn::future<int> many = count_primes(100'000);  // at the same time, in another process
  fmt::print("{} and {} primes\n", few.result(), many.result());

  pirn::process_pool pool{2};
  const std::vector<int> numbers{1, 2, 3, -1, 0, 4};
  auto results = pool.map(describe, numbers);
  for (auto each = results.begin(); each != results.end(); ++each) {
    try {
      fmt::print("{}\n", *each);
    } catch (const std::out_of_range& error) {
      fmt::print("out of range: {}\n", error.what());
    } catch (const pirn::broken_executor& error) {
      const std::string why = error.what();
      fmt::print("broken: {}\n", why.substr(why.rfind(": ") + 2));
    }
  }
}

// Output:
// 168 and 9592 primes
// odd
// even
// odd
// out of range: a number below zero
// broken: died with SIGABRT
// even
