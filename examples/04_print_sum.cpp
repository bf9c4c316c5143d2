// print_sum: a coroutine that awaits another and uses its value.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<int> compute(int x, int y) {
  fmt::print("Compute {} + {} ...\n", x, y);
  co_await pirn::sleep_for(1s);
  co_return x + y;
}

pirn::task<> print_sum(int x, int y) {
  int result = co_await compute(x, y);
  fmt::print("{} + {} = {}\n", x, y, result);
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, print_sum, 1, 2);
}

// Output:
// Compute 1 + 2 ...
// 1 + 2 = 3
