// A network of queues: jobs go from the processor to one of two disks and back, or leave. How many
// are at each station is compared with Jackson's theorem.
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "pirn/pirn.hpp"

using minutes = std::chrono::duration<double, std::ratio<60>>;

constexpr double arrivals = 0.4;  // jobs a minute from outside, all to the processor
constexpr std::array services{1.0, 0.5, 0.4};
constexpr std::array leads_to{0.5, 0.3, 0.2};  // from the processor: out, first disk, second disk

struct station {
  pirn::des::resource server{1};
  pirn::des::monitor jobs{};
};

struct computer {
  std::array<station, 3> stations;
  pirn::des::random lots;
};

pirn::task<> visit(computer* here, std::size_t which) {
  station& there = here->stations[which];
  there.jobs.add(1);
  auto turn = co_await there.server.request();
  co_await pirn::sleep_for(minutes(here->lots.expovariate(services[which])));
  there.jobs.add(-1);
}

pirn::task<> job(computer* here) {
  for (;;) {
    co_await visit(here, 0);
    const double lot = here->lots.uniform();
    if (lot < leads_to[0]) co_return;
    co_await visit(here, lot < leads_to[0] + leads_to[1] ? 1 : 2);
  }
}

pirn::task<> jobs(computer* here) {
  for (;;) {
    co_await pirn::sleep_for(minutes(here->lots.expovariate(arrivals)));
    pirn::simulation::current().spawn(job, here);
  }
}

int main() {
  computer here{.stations = {}, .lots = pirn::des::random(6)};
  pirn::simulation sim;
  sim.spawn(jobs, &here);
  sim.run_for(minutes(400'000));

  // Every station is as an M/M/1 queue of its own, with what comes to it on all ways.
  const double to_processor = arrivals / leads_to[0];
  const std::array flows{to_processor, to_processor * leads_to[1], to_processor * leads_to[2]};
  const std::array names{"processor", "first disk", "second disk"};
  for (std::size_t i = 0; i < 3; ++i) {
    here.stations[i].jobs.advance(sim.now());
    const double busy = flows[i] / services[i];
    const double theory = busy / (1 - busy);
    const pirn::des::confidence_interval measured = here.stations[i].jobs.confidence(0.99);
    fmt::print("{}: {:.2f} jobs by theory, {:.2f} +- {:.2f} measured; inside: {}\n", names[i],
               theory, measured.mean, measured.half_width,
               measured.contains(theory) ? "yes" : "no");
  }
}

// Output:
// processor: 4.00 jobs by theory, 4.06 +- 0.26 measured; inside: yes
// first disk: 0.92 jobs by theory, 0.95 +- 0.03 measured; inside: yes
// second disk: 0.67 jobs by theory, 0.67 +- 0.02 measured; inside: yes
