// pirn: processes that sleep for random times, on virtual time.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"

namespace {

struct shared_state {
  bench::random source{1};
  std::uint64_t left = 0;
  pirn::event done;
};

pirn::task<> hold(shared_state* all) {
  for (;;) {
    const auto length = static_cast<std::int64_t>(1 + (all->source.next() >> 44));
    co_await pirn::sleep_for(pirn::duration(length));
    if (--all->left == 0) all->done.set();
  }
}

pirn::task<> spawn_and_run(pirn::task_group& group, shared_state* all, std::size_t processes,
                           std::uint64_t events, std::int64_t* took) {
  for (std::size_t i = 0; i < processes; ++i) group.spawn(hold, all);
  all->left = processes;
  co_await all->done.wait();
  all->done.clear();
  all->left = events;
  const std::int64_t start = bench::cpu_now_ns();
  co_await all->done.wait();
  *took = bench::cpu_now_ns() - start;
  group.cancel();
}

pirn::task<std::int64_t> run_hold(std::size_t processes, std::uint64_t events) {
  shared_state all;
  std::int64_t took = 0;
  co_await pirn::with_group(spawn_and_run, &all, processes, events, &took);
  co_return took;
}
template <std::size_t N>
std::int64_t hold_n(std::uint64_t count) {
  return pirn::run({.driver = pirn::driver_choice::virtual_time}, run_hold, N, count);
}
}  // namespace
int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"1", hold_n<1>},
                     {"10", hold_n<10>},
                     {"1000", hold_n<1000>},
                     {"100000", hold_n<100000>},
                     {"1000000", hold_n<1000000>, 5000000}});
}
