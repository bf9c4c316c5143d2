// display_date: asyncio's clock, which shows the time each second for five seconds; here on virtual
// time, which starts at 0.
#include <fmt/chrono.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<> display_date() {
  const pirn::time_point end = pirn::now() + 5s;
  for (;;) {
    auto since_start =
        std::chrono::duration_cast<std::chrono::seconds>(pirn::now().time_since_epoch());
    fmt::print("{:%H:%M:%S}\n", since_start);
    if (pirn::now() + 1s >= end) break;
    co_await pirn::sleep_for(1s);
  }
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, display_date);
}

// Output:
// 00:00:00
// 00:00:01
// 00:00:02
// 00:00:03
// 00:00:04
