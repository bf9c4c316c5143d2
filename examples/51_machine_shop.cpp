// A machine shop: machines that break down, and one repairman, who leaves his other work for them.
// The time that the machines stand is compared with theory.
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;
using minutes = std::chrono::duration<double, std::ratio<60>>;

// [preempt]
constexpr double breakdowns = 1.0 / 300;  // a minute, of each machine that works
constexpr double repairs = 1.0 / 30;
constexpr int machines = 10;

struct shop {
  pirn::des::preemptive_resource repairman{1};
  pirn::des::random lots;
  pirn::des::monitor standing{};
  int interrupted = 0;
};

constexpr pirn::des::preemptive_request_options urgent{.priority = 1};
constexpr pirn::des::preemptive_request_options when_free{.priority = 2};

pirn::task<> machine(shop* here) {
  for (;;) {
    co_await pirn::sleep_for(minutes(here->lots.expovariate(breakdowns)));
    here->standing.add(1);
    {
      auto help = co_await here->repairman.request(urgent);
      co_await pirn::sleep_for(minutes(here->lots.expovariate(repairs)));
    }
    here->standing.add(-1);
  }
}

// Whatever is left of a job when he is called away is done later.
pirn::task<> other_jobs(shop* here) {
  for (;;) {
    pirn::duration left = 30min;
    while (left > 0min) {
      auto turn = co_await here->repairman.request(when_free);
      const pirn::time_point begun = pirn::now();
      try {
        co_await pirn::sleep_for(left);
      } catch (const pirn::des::preempted&) {
        ++here->interrupted;
      }
      left -= pirn::now() - begun;
    }
  }
}
// [/preempt]

// The machine repairman model: of so many machines, n are down with a weight of its own.
double standing_by_theory() {
  double weight = 1;
  double total = 1;
  double down = 0;
  for (int n = 1; n <= machines; ++n) {
    weight *= (machines - n + 1) * breakdowns / repairs;
    total += weight;
    down += n * weight;
  }
  return down / total;
}

int main() {
  shop here{.lots = pirn::des::random(3)};
  pirn::simulation sim;
  for (int i = 0; i < machines; ++i) sim.spawn(machine, &here);
  sim.spawn(other_jobs, &here);
  sim.run_for(std::chrono::years(20));
  here.standing.advance(sim.now());
  const double theory = standing_by_theory();
  const pirn::des::confidence_interval measured = here.standing.confidence(0.99);
  fmt::print("of {} machines {:.2f} stand by theory\n", machines, theory);
  fmt::print("measured: {:.2f} +- {:.2f}; theory is inside: {}\n", measured.mean,
             measured.half_width, measured.contains(theory) ? "yes" : "no");
  fmt::print("the repairman was called away {} times\n", here.interrupted);
}

// Output:
// of 10 machines 2.15 stand by theory
// measured: 2.15 +- 0.03; theory is inside: yes
// the repairman was called away 75069 times
