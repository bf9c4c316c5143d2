// averager: a generator that is sent numbers and yields their running average; how it is started,
// how an exception is thrown into it, and how it is closed.
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

#include <fmt/core.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/generator.hpp"

// [averager]
pirn::generator<double, double> averager() {
  double total = 0, count = 0, average = 0;
  for (;;) {
    total += co_yield average;
    average = total / ++count;
  }
}
// [/averager]

struct demo_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Goes on after a demo_error; any other exception ends it.
pirn::generator<std::string, int> resilient() {
  pirn::scope_exit ending([] { fmt::print("-> coroutine ending\n"); });
  std::string last = "started";
  for (;;) {
    try {
      const int received = co_yield last;
      last = fmt::format("received {}", received);
    } catch (const demo_error& error) {
      last = fmt::format("handled: {}", error.what());
    }
  }
}

void average_by_hand() {
  auto average = averager();
  try {
    average.send(10);
  } catch (const pirn::generator_not_started& error) {
    fmt::print("not started: {}\n", error.what());
  }
  average.next();  // primes it: runs to the first co_yield
  for (double number : {10.0, 30.0, 5.0}) fmt::print("{} -> {}\n", number, *average.send(number));
  average.close();
  fmt::print("after close: {}\n", average.send(40) ? "a value" : "nothing");
}

void average_primed() {
  auto average = pirn::primed(averager);
  fmt::print("40 -> {}\n", *average.send(40));
  fmt::print("50 -> {}\n", *average.send(50));
}

void throw_in() {
  auto steps = pirn::primed(resilient);
  fmt::print("{}\n", *steps.send(11));
  fmt::print("{}\n", *steps.throw_in(demo_error("please go on")));
  fmt::print("{}\n", *steps.send(22));
  try {
    steps.throw_in(std::domain_error("no way"));
  } catch (const std::domain_error& error) {
    const bool closed = steps.state() == pirn::generator_state::closed;
    fmt::print("not handled: {}; {}\n", error.what(), closed ? "closed" : "open");
  }
}

int main() {
  average_by_hand();
  average_primed();
  throw_in();
}

// Output:
// not started: cannot send a value to a generator that has not started: call next()
// 10 -> 10
// 30 -> 20
// 5 -> 15
// after close: nothing
// 40 -> 40
// 50 -> 45
// received 11
// handled: please go on
// received 22
// -> coroutine ending
// not handled: no way; closed
