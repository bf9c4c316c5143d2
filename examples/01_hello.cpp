// hello: two tasks in a group; the group ends when both have ended.
// [hello]
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

pirn::task<> say_after(pirn::duration delay, std::string what) {
  co_await pirn::sleep_for(delay);
  fmt::print("{}\n", what);
}

pirn::task<> hello() {
  co_await pirn::with_group([](pirn::task_group& group) {
    group.spawn(say_after, 100ms, "hello");  // a callable, then its arguments: the child's own
    group.spawn(say_after, 200ms, "world");
  });  // here both have ended
}

int main(int argc, char** argv) {
  return pirn::run_main(hello, argc, argv);
}
// [/hello]

// Output:
// hello
// world
