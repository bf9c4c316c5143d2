// pirn: spawn a thousand children in a group, which ends when they have ended.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"

namespace {

pirn::task<> add_one(std::uint64_t* sum) {
  ++*sum;
  co_return;
}

pirn::task<> spawn_thousand(pirn::task_group& group, std::uint64_t* sum) {
  for (int i = 0; i < 1'000; ++i) group.spawn(add_one, sum);
  co_return;
}

pirn::task<std::int64_t> spawn_all(std::uint64_t count) {
  std::uint64_t sum = 0;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t spawned = 0; spawned < count; spawned += 1'000) {
    co_await pirn::with_group(spawn_thousand, &sum);
  }
  const std::int64_t took = bench::cpu_now_ns() - start;
  bench::keep(sum);
  co_return took;
}

std::int64_t thousand(std::uint64_t count) {
  return pirn::run(spawn_all, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"thousand", thousand}});
}
