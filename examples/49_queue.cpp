// A queue with one server, M/M/1: customers come at random and are served at random; the mean of
// what they wait is compared with theory.
#include <chrono>

#include <fmt/format.h>

#include "pirn/pirn.hpp"

// [process]
using minutes = std::chrono::duration<double, std::ratio<60>>;

constexpr double arrivals = 0.8;  // a minute
constexpr double services = 1.0;

struct shop {
  pirn::des::resource counter{1};
  pirn::des::random coming;
  pirn::des::random working;
  pirn::des::tally in_system{};
};

pirn::task<> customer(shop* here) {
  const pirn::time_point arrived = pirn::now();
  auto turn = co_await here->counter.request();  // given back when the customer leaves
  co_await pirn::sleep_for(minutes(here->working.expovariate(services)));
  here->in_system.observe(minutes(pirn::now() - arrived).count());
}

pirn::task<> customers(shop* here, int count) {
  for (int i = 0; i < count; ++i) {
    co_await pirn::sleep_for(minutes(here->coming.expovariate(arrivals)));
    pirn::simulation::current().spawn(customer, here);
  }
}
// [/process]

int main() {
  // [run]
  const pirn::des::random seeds(1);
  shop here{.coming = seeds.split("coming"), .working = seeds.split("working")};
  pirn::simulation sim;  // after what its processes use: it ends them first
  sim.spawn(customers, &here, 200'000);
  sim.run();
  // [/run]
  const double theory = 1 / (services - arrivals);
  const pirn::des::confidence_interval measured = here.in_system.confidence(0.99);
  fmt::print("{} customers; a customer is there {:.1f} min by theory\n", here.in_system.count(),
             theory);
  fmt::print("measured: {:.1f} min +- {:.1f}; theory is inside: {}\n", measured.mean,
             measured.half_width, measured.contains(theory) ? "yes" : "no");
}

// Output:
// 200000 customers; a customer is there 5.0 min by theory
// measured: 4.9 min +- 0.3; theory is inside: yes
