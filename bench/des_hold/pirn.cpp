// pirn: processes that sleep for random lengths of time, in a simulation.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"

namespace {

struct shared_state {
  bench::random source{1};
  std::uint64_t left = 0;
  pirn::event done{};
};

pirn::task<> sleep_for_ever(shared_state* all) {
  for (;;) {
    const auto length = static_cast<std::int64_t>(1 + (all->source.next() >> 44));
    co_await pirn::sleep_for(pirn::duration(length));
    if (--all->left == 0) all->done.set();
  }
}

void run(pirn::simulation& sim, shared_state& all, std::uint64_t events) {
  all.done.clear();
  all.left = events;
  sim.run_until(all.done);
}

template <std::size_t Processes>
std::int64_t hold(std::uint64_t count) {
  shared_state all;
  pirn::simulation sim;
  for (std::size_t i = 0; i < Processes; ++i) sim.spawn(sleep_for_ever, &all);
  run(sim, all, Processes);
  const std::int64_t start = bench::cpu_now_ns();
  run(sim, all, count);
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"1", hold<1>},
                     {"10", hold<10>},
                     {"1000", hold<1'000>},
                     {"100000", hold<100'000>},
                     {"1000000", hold<1'000'000>, 5'000'000}});
}
