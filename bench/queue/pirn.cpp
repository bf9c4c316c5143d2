// pirn: queue<int> between tasks of a group.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"
#include "pirn/sync/queue.hpp"

namespace {

using queue = pirn::queue<int>;

pirn::task<> send_and_receive(queue* out, queue* in, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await out->push(static_cast<int>(i));
    bench::keep(co_await in->pop());
  }
}

pirn::task<> receive_and_send(queue* in, queue* out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const int value = co_await in->pop();
    co_await out->push(value);
  }
}

pirn::task<> produce(queue* out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await out->push(static_cast<int>(i));
}

pirn::task<> consume(queue* in, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += static_cast<std::uint64_t>(co_await in->pop());
  bench::keep(sum);
}

pirn::task<> play(pirn::task_group& group, queue* there, queue* back, std::uint64_t count) {
  group.spawn(send_and_receive, there, back, count);
  group.spawn(receive_and_send, there, back, count);
  co_return;
}

pirn::task<> share(pirn::task_group& group, queue* shared, std::uint64_t count) {
  for (int i = 0; i < 4; ++i) group.spawn(produce, shared, count / 4);
  group.spawn(consume, shared, count / 4 * 4);
  co_return;
}

pirn::task<std::int64_t> run_ping_pong(std::uint64_t count) {
  queue there{1};
  queue back{1};
  const std::int64_t start = bench::cpu_now_ns();
  co_await pirn::with_group(play, &there, &back, count);
  co_return bench::cpu_now_ns() - start;
}

pirn::task<std::int64_t> run_four_to_one(std::uint64_t count) {
  queue shared{64};
  const std::int64_t start = bench::cpu_now_ns();
  co_await pirn::with_group(share, &shared, count);
  co_return bench::cpu_now_ns() - start;
}

std::int64_t ping_pong(std::uint64_t count) {
  return pirn::run(run_ping_pong, count);
}
std::int64_t four_to_one(std::uint64_t count) {
  return pirn::run(run_four_to_one, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"ping-pong", ping_pong}, {"four-to-one", four_to_one}});
}
