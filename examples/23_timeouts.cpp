// timeouts: a deadline as an error, as a value, and one that moves.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<int> slow_answer(pirn::duration delay) {
  co_await pirn::sleep_for(delay);
  co_return 42;
}

pirn::task<> timeouts() {
  int answer = co_await pirn::timeout(2s, slow_answer(1s));
  fmt::print("in time: {}\n", answer);

  try {
    co_await pirn::timeout(2s, slow_answer(3s));
  } catch (const pirn::timeout_error& late) {
    fmt::print("late: {}\n", late.what());
  }

  std::optional<int> maybe = co_await pirn::move_on_after(2s, slow_answer(3s));
  fmt::print("moved on: {}\n", maybe ? "with an answer" : "without an answer");

  pirn::cancel_scope scope({.deadline = pirn::now() + 2s});
  scope.set_deadline(pirn::now() + 4s);  // it turns out that there is more time
  maybe = co_await pirn::within(scope, slow_answer(3s));
  fmt::print("after moving the deadline: {}\n", maybe ? "an answer" : "none");
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, timeouts);
}

// Output:
// in time: 42
// late: timed out
// moved on: without an answer
// after moving the deadline: an answer
