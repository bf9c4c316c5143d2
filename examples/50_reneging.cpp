// Three clerks and impatient customers, M/M/c with reneging: whoever has waited too long leaves.
// The share of those who leave is compared with theory.
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "pirn/pirn.hpp"

using minutes = std::chrono::duration<double, std::ratio<60>>;

// [renege]
constexpr double arrivals = 4.0;  // a minute
constexpr double services = 1.0;  // of each clerk
constexpr double patience = 0.5;  // so many give up a minute, of each that waits
constexpr int clerks = 3;

struct office {
  pirn::des::resource desks{clerks};
  pirn::des::random lots;
  pirn::des::tally lost{};  // 1 or 0
};

pirn::task<> customer(office* here) {
  auto request = here->desks.request();
  auto patient = pirn::sleep_for(minutes(here->lots.expovariate(patience)));
  auto first = co_await pirn::select(request, patient);  // exactly one of the two happens
  here->lost.observe(static_cast<double>(first.index()));
  if (first.index() == 1) co_return;  // out of the queue, and gone
  co_await pirn::sleep_for(minutes(here->lots.expovariate(services)));
}
// [/renege]

pirn::task<> customers(office* here, int count) {
  for (int i = 0; i < count; ++i) {
    co_await pirn::sleep_for(minutes(here->lots.expovariate(arrivals)));
    pirn::simulation::current().spawn(customer, here);
  }
}

// A birth-death process: with n customers there, so many leave a minute, and of them these by
// impatience.
double share_lost_by_theory() {
  double weight = 1;
  double total = 1;
  double leaving = 0;
  for (int n = 1; n < 200; ++n) {
    const double waiting = n > clerks ? n - clerks : 0;
    weight *= arrivals / ((n - waiting) * services + waiting * patience);
    total += weight;
    leaving += weight * waiting * patience;
  }
  return leaving / total / arrivals;
}

int main() {
  office here{.lots = pirn::des::random(2)};
  pirn::simulation sim;
  sim.spawn(customers, &here, 200'000);
  sim.run();
  const double theory = share_lost_by_theory();
  const pirn::des::confidence_interval measured = here.lost.confidence(0.99);
  fmt::print("{:.1f} % leave by theory\n", 100 * theory);
  fmt::print("measured: {:.1f} % +- {:.1f}; theory is inside: {}\n", 100 * measured.mean,
             100 * measured.half_width, measured.contains(theory) ? "yes" : "no");
}

// Output:
// 30.7 % leave by theory
// measured: 30.3 % +- 0.6; theory is inside: yes
