// A bank with two kinds of customers, M/M/1 with priorities: those with an appointment go first.
// The mean wait of each kind is compared with theory.
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "pirn/pirn.hpp"

using minutes = std::chrono::duration<double, std::ratio<60>>;

constexpr std::array arrivals{0.2, 0.5};  // a minute, of each kind
constexpr double services = 1.0;

struct bank {
  pirn::des::priority_resource clerk{1};
  std::array<pirn::des::random, 2> coming;
  pirn::des::random working;
  std::array<pirn::des::tally, 2> waits{};
};

// [priority]
pirn::task<> customer(bank* here, std::size_t kind) {
  const pirn::time_point arrived = pirn::now();
  auto turn = co_await here->clerk.request(static_cast<int>(kind));  // the lower goes first
  here->waits[kind].observe(minutes(pirn::now() - arrived).count());
  co_await pirn::sleep_for(minutes(here->working.expovariate(services)));
}
// [/priority]

pirn::task<> customers(bank* here, std::size_t kind, int count) {
  for (int i = 0; i < count; ++i) {
    co_await pirn::sleep_for(minutes(here->coming[kind].expovariate(arrivals[kind])));
    pirn::simulation::current().spawn(customer, here, kind);
  }
}

int main() {
  const pirn::des::random seeds(5);
  bank here{.coming = {seeds.split("with appointment"), seeds.split("without")},
            .working = seeds.split("clerk")};
  pirn::simulation sim;
  sim.spawn(customers, &here, 0U, 100'000);
  sim.spawn(customers, &here, 1U, 250'000);
  sim.run();

  // Cobham, 1954: what all leave in the queue, divided by the share of time that is free of those
  // who go first.
  const double work = (arrivals[0] + arrivals[1]) / services / services;
  const std::array free{1.0, 1 - arrivals[0] / services,
                        1 - (arrivals[0] + arrivals[1]) / services};
  const std::array kinds{"with an appointment", "without"};
  for (std::size_t kind = 0; kind < 2; ++kind) {
    const double theory = work / (free[kind] * free[kind + 1]);
    const pirn::des::confidence_interval measured = here.waits[kind].confidence(0.99);
    fmt::print("{}: {:.2f} min by theory, {:.2f} +- {:.2f} measured; inside: {}\n", kinds[kind],
               theory, measured.mean, measured.half_width,
               measured.contains(theory) ? "yes" : "no");
  }
}

// Output:
// with an appointment: 0.87 min by theory, 0.88 +- 0.01 measured; inside: yes
// without: 2.92 min by theory, 2.99 +- 0.12 measured; inside: yes
