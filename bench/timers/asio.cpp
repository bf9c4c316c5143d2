// Boost.Asio: steady_timer with plain handlers.
#include <deque>
#include <numeric>
#include <utility>
#include <vector>

#include <boost/asio.hpp>

#include "bench/common/measure.hpp"

namespace asio = boost::asio;

namespace {

using clock = std::chrono::steady_clock;
constexpr std::size_t pending_count = 100'000;

// A cancelled wait completes through the context's queue, which therefore has to be emptied now and
// then.
constexpr std::uint64_t cancels_a_poll = 1'000;

void arm(asio::steady_timer& timer, clock::time_point deadline) {
  timer.expires_at(deadline);
  timer.async_wait([](const boost::system::error_code&) {});
}

clock::time_point deadline_from(clock::time_point base, std::uint64_t random) {
  return base + std::chrono::hours{1} + clock::duration{static_cast<std::int64_t>(random >> 20)};
}

struct pending {
  asio::io_context context{1};
  std::deque<asio::steady_timer> timers;
  bench::random source{1};
  clock::time_point base = clock::now();

  pending() {
    for (std::size_t i = 0; i < pending_count; ++i) {
      arm(timers.emplace_back(context), deadline_from(base, source.next()));
    }
  }
};

std::int64_t latest(std::uint64_t count) {
  pending all;
  asio::steady_timer timer{all.context};
  const clock::time_point far = all.base + std::chrono::hours{24 * 365};
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    arm(timer, far + clock::duration{static_cast<std::int64_t>(i)});
    timer.cancel();
    if (i % cancels_a_poll == 0) all.context.poll();
  }
  all.context.poll();
  return bench::cpu_now_ns() - start;
}

std::int64_t random_deadline(std::uint64_t count) {
  pending all;
  asio::steady_timer timer{all.context};
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    arm(timer, deadline_from(all.base, all.source.next()));
    timer.cancel();
    if (i % cancels_a_poll == 0) all.context.poll();
  }
  all.context.poll();
  return bench::cpu_now_ns() - start;
}

std::int64_t shuffled(std::uint64_t count) {
  asio::io_context context{1};
  std::deque<asio::steady_timer> timers;
  for (std::size_t i = 0; i < pending_count; ++i) timers.emplace_back(context);
  std::vector<std::uint32_t> order(pending_count);
  std::iota(order.begin(), order.end(), 0u);
  bench::random source{2};
  for (std::size_t i = pending_count; i-- > 1;) std::swap(order[i], order[source.next() % (i + 1)]);

  const clock::time_point base = clock::now();
  std::int64_t took = 0;
  std::uint64_t done = 0;
  for (; done < count; done += pending_count) {
    const std::int64_t start = bench::cpu_now_ns();
    for (asio::steady_timer& timer : timers) arm(timer, deadline_from(base, source.next()));
    for (std::uint32_t i : order) timers[i].cancel();
    context.poll();
    took += bench::cpu_now_ns() - start;
  }
  return took * static_cast<std::int64_t>(count) / static_cast<std::int64_t>(done);
}

std::int64_t sleeps(std::uint64_t count) {
  bench::random source{3};
  std::uint64_t woken = 0;
  const std::int64_t start = bench::cpu_now_ns();
  asio::io_context context{1};
  std::deque<asio::steady_timer> timers;
  const clock::time_point base = clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    asio::steady_timer& timer = timers.emplace_back(context);
    timer.expires_at(base + std::chrono::milliseconds{1 + source.next() % 1'000});
    timer.async_wait([&woken](const boost::system::error_code&) { ++woken; });
  }
  context.run();
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
