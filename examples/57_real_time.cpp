// real_time: traffic lights that change in step with the real clock, a hundred times as fast.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

pirn::task<> traffic_light() {
  pirn::simulation& here = pirn::simulation::current();
  for (int round = 0; round < 2; ++round) {
    fmt::print("{:3} s: green\n", here.now_in<seconds>().count());
    co_await pirn::sleep_for(30s);
    fmt::print("{:3} s: red\n", here.now_in<seconds>().count());
    co_await pirn::sleep_for(20s);
  }
}

pirn::task<> show() {
  // [pace]
  pirn::simulation sim;
  sim.spawn(traffic_light);
  const pirn::time_point begun = pirn::now();  // of this loop: the real clock
  co_await pirn::des::run_paced(sim, {.factor = 0.01, .strict = false});
  // [/pace]
  const pirn::duration took = pirn::now() - begun;
  fmt::print("{} s of traffic took {}\n", sim.now_in<seconds>().count(),
             took < 1s ? "too little" : "a second");
}

int main() {
  pirn::run(show);
}

// Output:
//   0 s: green
//  30 s: red
//  50 s: green
//  80 s: red
// 100 s of traffic took a second
