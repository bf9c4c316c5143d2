// decorators: a function that is named, counted and timed.
#include <chrono>
#include <functional>

#include <fmt/core.h>

#include "pirn/base/instrument.hpp"

using namespace std::chrono_literals;

// A clock that this program sets, so that it prints the same everywhere.
struct shown_clock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<shown_clock>;
  static time_point now() { return time_point(elapsed); }
  static inline duration elapsed{};
};

void print_call(const pirn::call_report& call) {
  fmt::print("[{:.3f} s] {}\n", std::chrono::duration<double>(call.elapsed).count(), call.name);
}

void snooze(std::chrono::milliseconds length) {
  shown_clock::elapsed += length;
}

int main() {
  auto timed_snooze = pirn::timed(pirn::named("snooze", snooze), print_call, shown_clock());
  timed_snooze(123ms);
  timed_snooze(77ms);
  fmt::print("{} calls, {} ms on average\n", timed_snooze.statistics().calls,
             timed_snooze.statistics().mean() / 1ms);

  std::function<int(int)> factorial;
  auto counted_factorial = pirn::counted(pirn::named(
      "factorial", [&](int number) { return number < 2 ? 1 : number * factorial(number - 1); }));
  factorial = std::ref(counted_factorial);
  fmt::print("6! = {}\n", factorial(6));
  fmt::print("{} was called {} times\n", counted_factorial.name(), counted_factorial.calls());
}

// Output:
// [0.123 s] snooze
// [0.077 s] snooze
// 2 calls, 100 ms on average
// 6! = 720
// factorial was called 6 times
