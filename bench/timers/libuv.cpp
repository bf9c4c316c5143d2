// libuv: uv_timer_t, whose time counts whole milliseconds.
#include <numeric>
#include <utility>
#include <vector>

#include <uv.h>

#include "bench/common/measure.hpp"

namespace {

constexpr std::size_t pending_count = 100'000;
constexpr std::uint64_t hour_ms = 3'600'000;

void nothing(uv_timer_t*) {}

// Some 17 million different deadlines, as random as the other subjects' in milliseconds can be.
std::uint64_t delay_ms_from(std::uint64_t random) {
  return hour_ms + (random >> 40);
}

struct pending {
  uv_loop_t loop{};
  std::vector<uv_timer_t> timers{pending_count};
  bench::random source{1};

  pending() {
    uv_loop_init(&loop);
    for (uv_timer_t& timer : timers) {
      uv_timer_init(&loop, &timer);
      uv_timer_start(&timer, nothing, delay_ms_from(source.next()), 0);
    }
  }
};

std::int64_t latest(std::uint64_t count) {
  pending all;
  uv_timer_t timer;
  uv_timer_init(&all.loop, &timer);
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    uv_timer_start(&timer, nothing, hour_ms * 24 * 365 + i, 0);
    uv_timer_stop(&timer);
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t random_deadline(std::uint64_t count) {
  pending all;
  uv_timer_t timer;
  uv_timer_init(&all.loop, &timer);
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    uv_timer_start(&timer, nothing, delay_ms_from(all.source.next()), 0);
    uv_timer_stop(&timer);
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t shuffled(std::uint64_t count) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::vector<uv_timer_t> timers(pending_count);
  for (uv_timer_t& timer : timers) uv_timer_init(&loop, &timer);
  std::vector<std::uint32_t> order(pending_count);
  std::iota(order.begin(), order.end(), 0u);
  bench::random source{2};
  for (std::size_t i = pending_count; i-- > 1;) std::swap(order[i], order[source.next() % (i + 1)]);

  std::int64_t took = 0;
  std::uint64_t done = 0;
  for (; done < count; done += pending_count) {
    const std::int64_t start = bench::cpu_now_ns();
    for (uv_timer_t& timer : timers) {
      uv_timer_start(&timer, nothing, delay_ms_from(source.next()), 0);
    }
    for (std::uint32_t i : order) uv_timer_stop(&timers[i]);
    took += bench::cpu_now_ns() - start;
  }
  return took * static_cast<std::int64_t>(count) / static_cast<std::int64_t>(done);
}

std::uint64_t woken = 0;

std::int64_t sleeps(std::uint64_t count) {
  bench::random source{3};
  const std::int64_t start = bench::cpu_now_ns();
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::vector<uv_timer_t> timers(count);
  for (uv_timer_t& timer : timers) {
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, [](uv_timer_t*) { ++woken; }, 1 + source.next() % 1'000, 0);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  const std::int64_t took = bench::cpu_now_ns() - start;
  if (woken != count) std::abort();
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"latest", latest},
                     {"random", random_deadline},
                     {"shuffled", shuffled},
                     {"sleeps", sleeps, 1'000'000}});
}
