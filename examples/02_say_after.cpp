// say_after: awaited one by one, then in a group; on virtual time, so that nobody waits.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<> say_after(pirn::duration delay, std::string what) {
  co_await pirn::sleep_for(delay);
  fmt::print("{}\n", what);
}

double seconds_since(pirn::time_point start) {
  return std::chrono::duration<double>(pirn::now() - start).count();
}

pirn::task<> one_by_one() {
  pirn::time_point start = pirn::now();
  co_await say_after(1s, "hello");
  co_await say_after(2s, "world");
  fmt::print("one by one: {} s\n", seconds_since(start));
}

pirn::task<> in_a_group() {
  pirn::time_point start = pirn::now();
  co_await pirn::with_group([](pirn::task_group& group) -> pirn::task<> {
    group.spawn(say_after, 1s, "hello");
    group.spawn(say_after, 2s, "world");
    co_return;
  });
  fmt::print("in a group: {} s\n", seconds_since(start));
}

pirn::task<> both() {
  co_await one_by_one();
  co_await in_a_group();
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, both);
}

// Output:
// hello
// world
// one by one: 3 s
// hello
// world
// in a group: 2 s
