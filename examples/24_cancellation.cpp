// cancellation: a task is cancelled, and cleans up in a way that itself awaits.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<> copy_forever() {
  for (int block = 1;; ++block) {
    fmt::print("block {}\n", block);
    co_await pirn::sleep_for(1s);
  }
}

// Cleaning up awaits: it runs shielded from the cancellation, for at most its grace.
pirn::task<> say_goodbye() {
  fmt::print("closing ...\n");
  co_await pirn::sleep_for(100ms);
  fmt::print("closed\n");
}

pirn::task<> cancel_it(pirn::task_group& group) {
  auto copying = group.start(pirn::finally(copy_forever(), say_goodbye(), 5s));
  copying.set_name("copying");
  co_await pirn::sleep_for(2500ms);
  fmt::print("cancel {}\n", copying.name());
  copying.cancel();
  try {
    co_await copying;
  } catch (const pirn::future_cancelled& ended) {
    fmt::print("{}\n", ended.what());
  }
}

pirn::task<> cancellation() {
  co_await pirn::with_group(cancel_it);
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, cancellation);
}

// Output:
// block 1
// block 2
// block 3
// cancel copying
// closing ...
// closed
// task copying was cancelled
