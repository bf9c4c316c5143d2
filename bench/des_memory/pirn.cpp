// pirn: a million processes that sleep in a simulation; the bytes that each has, its one parameter
// and its timer included, once all have slept a few times.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"
#include "bench/common/resident.hpp"

namespace {

constexpr std::size_t processes = 1'000'000;

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

}  // namespace

int main() {
  shared_state all{.left = 3 * processes};
  pirn::simulation sim;
  const std::size_t before = bench::resident_bytes();
  for (std::size_t i = 0; i < processes; ++i) sim.spawn(sleep_for_ever, &all);
  sim.run_until(all.done);
  const std::size_t grown = bench::resident_bytes() - before;
  std::printf("{\"unit\":\"B\",\"value\":%.1f}\n", static_cast<double>(grown) / processes);
}
