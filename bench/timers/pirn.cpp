// pirn: the loop's timer queue by itself for arming and cancelling, and tasks that sleep.
#include "pirn/pirn.hpp"

#include <deque>
#include <numeric>
#include <utility>
#include <vector>

#include "bench/common/measure.hpp"
#include "pirn/core/timer.hpp"

namespace {

constexpr std::size_t pending_count = 100'000;

class timer final : public pirn::timer_node {
 private:
  void fire() noexcept override {}
};

pirn::time_point deadline_from(std::uint64_t random) noexcept {
  return pirn::time_point(pirn::duration(static_cast<std::int64_t>(random >> 20)));
}

struct pending {
  pirn::timer_queue queue;
  std::deque<timer> timers = std::deque<timer>(pending_count);
  bench::random source{1};

  pending() {
    for (timer& each : timers) queue.add(each, deadline_from(source.next()));
  }
};

std::int64_t latest(std::uint64_t count) {
  pending all;
  timer one;
  const pirn::time_point far = deadline_from(UINT64_MAX);
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    all.queue.add(one, far + pirn::duration(static_cast<std::int64_t>(i)));
    all.queue.remove(one);
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t random_deadline(std::uint64_t count) {
  pending all;
  timer one;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    all.queue.add(one, deadline_from(all.source.next()));
    all.queue.remove(one);
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t shuffled(std::uint64_t count) {
  pirn::timer_queue queue;
  std::deque<timer> timers(pending_count);
  std::vector<std::uint32_t> order(pending_count);
  std::iota(order.begin(), order.end(), 0u);
  bench::random source{2};
  for (std::size_t i = pending_count; i-- > 1;) std::swap(order[i], order[source.next() % (i + 1)]);

  std::int64_t took = 0;
  std::uint64_t done = 0;
  for (; done < count; done += pending_count) {
    const std::int64_t start = bench::cpu_now_ns();
    for (timer& each : timers) queue.add(each, deadline_from(source.next()));
    for (std::uint32_t i : order) queue.remove(timers[i]);
    took += bench::cpu_now_ns() - start;
  }
  return took * static_cast<std::int64_t>(count) / static_cast<std::int64_t>(done);
}

pirn::task<> sleep_once(pirn::time_point deadline, std::uint64_t* woken) {
  co_await pirn::sleep_until(deadline);
  ++*woken;
}

pirn::task<> spawn_sleepers(pirn::task_group& group, std::uint64_t* woken, std::uint64_t count) {
  bench::random source{3};
  const pirn::time_point base = pirn::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto sleep_ms = static_cast<std::int64_t>(1 + source.next() % 1'000);
    group.spawn(sleep_once, base + std::chrono::milliseconds{sleep_ms}, woken);
  }
  co_return;
}

pirn::task<std::int64_t> run_sleeps(std::uint64_t count) {
  std::uint64_t woken = 0;
  const std::int64_t start = bench::cpu_now_ns();
  co_await pirn::with_group(spawn_sleepers, &woken, count);
  const std::int64_t took = bench::cpu_now_ns() - start;
  if (woken != count) std::abort();
  co_return took;
}

std::int64_t sleeps(std::uint64_t count) {
  return pirn::run(run_sleeps, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"latest", latest},
                     {"random", random_deadline},
                     {"shuffled", shuffled},
                     {"sleeps", sleeps, 1'000'000}});
}
