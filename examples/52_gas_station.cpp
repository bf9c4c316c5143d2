// A gas station: two pumps, one tank, and a truck that is called when the tank runs low. What comes
// in must be what went out and what is left.
#include <chrono>

#include <fmt/format.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

struct station {
  pirn::des::resource pumps{2};
  pirn::des::container tank{200, 200};  // litres
  pirn::des::random lots;
  pirn::des::tally refuelling{};
  double sold = 0;
  double delivered = 0;
};

// [container]
pirn::task<> car(station* here) {
  const pirn::time_point arrived = pirn::now();
  auto pump = co_await here->pumps.request();
  const auto wanted = static_cast<double>(here->lots.randint(25, 45));
  co_await here->tank.get(wanted);  // waits for the truck if there is too little
  co_await pirn::sleep_for(std::chrono::duration<double>(wanted / 2));
  here->sold += wanted;
  here->refuelling.observe(std::chrono::duration<double>(pirn::now() - arrived).count());
}

pirn::task<> watch_the_tank(station* here) {
  for (;;) {
    co_await pirn::sleep_for(10s);
    if (here->tank.level() >= 0.25 * here->tank.capacity()) continue;
    co_await pirn::sleep_for(5min);  // until the truck is there
    const double amount = here->tank.capacity() - here->tank.level();
    co_await here->tank.put(amount);
    here->delivered += amount;
  }
}
// [/container]

pirn::task<> cars(station* here) {
  for (;;) {
    co_await pirn::sleep_for(here->lots.uniform(30s, 300s));
    pirn::simulation::current().spawn(car, here);
  }
}

int main() {
  station here{.lots = pirn::des::random(4)};
  pirn::simulation sim;
  sim.spawn(cars, &here);
  sim.spawn(watch_the_tank, &here);
  sim.run_for(24h);
  const double under_way = 200 + here.delivered - here.sold - here.tank.level();
  fmt::print("{} cars took {:.0f} l, {:.0f} s each\n", here.refuelling.count(), here.sold,
             here.refuelling.mean());
  fmt::print("the truck brought {:.0f} l; {:.0f} l are in the tank, {:.0f} l in hoses\n",
             here.delivered, here.tank.level(), under_way);
}

// Output:
// 520 cars took 18084 l, 39 s each
// the truck brought 17956 l; 72 l are in the tank, 0 l in hoses
