// virtual_executor: the executor's calls take simulated time: five seconds of loitering in no time,
// and the same every time.
#include <ranges>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

template <class... Args>
void display(fmt::format_string<Args...> text, Args&&... args) {
  static const pirn::time_point start = pirn::now();
  fmt::print("[{} s] {}\n", (pirn::now() - start) / 1s,
             fmt::format(text, std::forward<Args>(args)...));
}

int loiter(int n) {
  display("{:>{}}loiter({}): did nothing for {} s", "", 2 * n, n, n);
  return n * 10;
}

pirn::task<> wait_for_results() {
  pirn::duration next = 0s;  // the n-th call takes n seconds
  pirn::virtual_executor workers({.size = 3}, {},
                                 [&next] { return std::exchange(next, next + 1s); });
  display("starting");
  auto results = workers.map(loiter, std::views::iota(0, 5));
  for (int i = 0;; ++i) {
    std::optional<int> result = co_await results.next();
    if (!result) break;
    display("result {}: {}", i, *result);
  }
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, wait_for_results);
}

// Output:
// [0 s] starting
// [0 s] loiter(0): did nothing for 0 s
// [0 s] result 0: 0
// [1 s]   loiter(1): did nothing for 1 s
// [1 s] result 1: 10
// [2 s]     loiter(2): did nothing for 2 s
// [2 s] result 2: 20
// [3 s]       loiter(3): did nothing for 3 s
// [3 s] result 3: 30
// [5 s]         loiter(4): did nothing for 4 s
// [5 s] result 4: 40
