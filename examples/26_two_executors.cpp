// two_executors: futures of two pools in one list, taken as they come.
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

std::string factor(int number) {
  std::string factors;
  for (int divisor = 2; number > 1; ++divisor) {
    for (; number % divisor == 0; number /= divisor) factors += fmt::format(" {}", divisor);
  }
  return "factors:" + factors;
}

std::string look_up(const std::string& name) {
  if (name.empty()) throw std::invalid_argument("a name has letters");
  return name + " was looked up";
}

int main() {
  pirn::thread_pool calculators{2};
  pirn::thread_pool readers{1};

  std::vector<pirn::future<std::string>> futures;
  futures.push_back(calculators.submit(factor, 1001));
  futures.push_back(readers.submit(look_up, "pirn"));
  futures.push_back(calculators.submit(factor, 1024));
  futures.push_back(readers.submit(look_up, ""));

  for (pirn::future<std::string>& done : pirn::as_completed(futures)) {
    if (done.exception()) {
      fmt::print("{}\n", done);
    } else {
      fmt::print("{}: {}\n", done, done.result());
    }
  }
}

// Output (any order):
// <future finished returned std::string>: factors: 7 11 13
// <future finished returned std::string>: pirn was looked up
// <future finished returned std::string>: factors: 2 2 2 2 2 2 2 2 2 2
// <future finished raised std::invalid_argument>
