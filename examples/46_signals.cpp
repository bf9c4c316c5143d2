// signals: a server that reads its settings again on SIGHUP and ends on SIGTERM, as daemons do.
#include <chrono>
#include <csignal>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<> serve(int generation) {
  fmt::print("serving with settings {}\n", generation);
  co_await pirn::sleep_for(24h);
}

// [signals]
pirn::task<> serve_until_told_otherwise() {
  pirn::signal_stream signals(SIGHUP, SIGTERM);
  for (int generation = 1;; ++generation) {
    pirn::cancel_scope present;
    int number = 0;
    auto watch = [&]() -> pirn::task<> {
      number = co_await signals.next();
      present.cancel();
    };
    co_await pirn::gather(pirn::within(present, serve(generation)), watch());
    if (number == SIGTERM) break;
  }
  fmt::print("ended\n");
}
// [/signals]

// Who administers the server: another process, otherwise.
pirn::task<> administer() {
  for (int number : {SIGHUP, SIGHUP, SIGTERM}) {
    co_await pirn::sleep_for(1h);
    std::raise(number);
  }
}

pirn::task<> main_task() {
  co_await pirn::gather(serve_until_told_otherwise(), administer());
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, main_task);
}

// Output:
// serving with settings 1
// serving with settings 2
// serving with settings 3
// ended
