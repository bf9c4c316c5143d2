// executor_map: calls on three threads, which end when they like; their results in call order.
#include <ranges>
#include <thread>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

int loiter(int n) {
  fmt::print("{:>{}}loiter({}): doing nothing for {} ms\n", "", 2 * n, n, n * 10);
  std::this_thread::sleep_for(n * 10ms);
  fmt::print("{:>{}}loiter({}): done\n", "", 2 * n, n);
  return n * 10;
}

int main() {
  pirn::thread_pool pool{3};
  auto results = pool.map(loiter, std::views::iota(0, 5));
  std::string in_call_order;
  for (int result : results) in_call_order += fmt::format(" {}", result);
  fmt::print("results:{}\n", in_call_order);
}

// Output (any order):
// loiter(0): doing nothing for 0 ms
// loiter(0): done
//   loiter(1): doing nothing for 10 ms
//   loiter(1): done
//     loiter(2): doing nothing for 20 ms
//     loiter(2): done
//       loiter(3): doing nothing for 30 ms
//       loiter(3): done
//         loiter(4): doing nothing for 40 ms
//         loiter(4): done
// results: 0 10 20 30 40
