// replications: one day of a shop, two hundred times with other random numbers, on all processors;
// how long customers wait, and how far that figure can be trusted.
#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;
using minutes = std::chrono::duration<double, std::ratio<60>>;

pirn::task<> customer(pirn::des::resource* counter, pirn::des::tally* waits) {
  const pirn::time_point arrived = pirn::now();
  auto turn = co_await counter->request();
  waits->observe(minutes(pirn::now() - arrived).count());
  co_await pirn::sleep_for(minutes(pirn::simulation::current().random().expovariate(1.0)));
}

pirn::task<> customers(pirn::des::resource* counter, pirn::des::tally* waits) {
  pirn::simulation& here = pirn::simulation::current();
  for (;;) {
    co_await pirn::sleep_for(minutes(here.random().expovariate(0.8)));
    here.spawn(customer, counter, waits);
  }
}

// [one_day]
/// The mean wait of a day, in minutes.
double one_day(std::uint64_t seed) {
  pirn::des::resource counter(1);
  pirn::des::tally waits;
  pirn::simulation sim({.seed = seed});
  sim.spawn(customers, &counter, &waits);
  sim.run_for(10h);
  return waits.mean();
}
// [/one_day]

int main() {
  // [replicate]
  pirn::thread_pool pool;
  pirn::des::tally days;
  for (double wait : pirn::des::replicate(200, one_day, pool)) {
    days.observe(wait);  // in the order of the seeds; the place for a progress bar, too
  }
  const pirn::des::confidence_interval wait = days.independent_confidence();
  // [/replicate]
  fmt::print("{} days: a customer waits {:.2f} min +- {:.2f}\n", days.count(), wait.mean,
             wait.half_width);
  fmt::print("best day {:.2f}, worst day {:.2f}\n", days.minimum(), days.maximum());
}

// Output:
// 200 days: a customer waits 3.84 min +- 0.23
// best day 1.38, worst day 11.52
