// pirn: yield_now in tasks of a group.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"

namespace {

pirn::task<> yielder(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await pirn::yield_now();
}

pirn::task<> spawn_yielders(pirn::task_group& group, std::uint64_t tasks, std::uint64_t count) {
  for (std::uint64_t i = 0; i < tasks; ++i) group.spawn(yielder, count / tasks);
  co_return;
}

pirn::task<std::int64_t> yields(std::uint64_t tasks, std::uint64_t count) {
  const std::int64_t start = bench::cpu_now_ns();
  co_await pirn::with_group(spawn_yielders, tasks, count);
  co_return bench::cpu_now_ns() - start;
}

pirn::task<> accept_one(pirn::net::listener& listener) {
  co_await listener.accept();
}

pirn::task<> sleep_long() {
  co_await pirn::sleep_for(std::chrono::hours{1});
}

pirn::task<std::int64_t> yield_among_waiting(pirn::task_group& group, std::uint64_t count) {
  pirn::net::listener listener(pirn::net::loopback(0));
  pirn::child<void> accepting = group.start(accept_one(listener));
  for (int i = 0; i < 100; ++i) group.spawn(sleep_long);
  co_await pirn::yield_now();  // so that all of them are waiting
  const std::int64_t took = co_await yields(1, count);
  group.cancel();
  try {
    co_await accepting;  // the listener must outlive it
  } catch (const pirn::future_cancelled&) {
    // As asked for.
  } catch (const pirn::cancelled&) {
    // This task stands in the cancelled group itself.
  }
  co_return took;
}

std::int64_t one(std::uint64_t count) {
  return pirn::run(yields, std::uint64_t{1}, count);
}
std::int64_t hundred(std::uint64_t count) {
  return pirn::run(yields, std::uint64_t{100}, count);
}

pirn::task<std::int64_t> in_group(std::uint64_t count) {
  co_return co_await pirn::with_group(yield_among_waiting, count);
}
std::int64_t busy(std::uint64_t count) {
  return pirn::run(in_group, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"one", one}, {"hundred", hundred}, {"busy", busy}});
}
