// producer_consumer: a bounded queue between two producers and a consumer; the queue says when all
// work is done.
#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/sync/queue.hpp"

using namespace std::chrono_literals;

pirn::task<> produce(pirn::queue<std::string>& queue, std::string name, pirn::duration pace) {
  for (int number = 1; number <= 3; ++number) {
    co_await pirn::sleep_for(pace);
    co_await queue.push(fmt::format("{}{}", name, number));  // waits while the queue is full
  }
}

pirn::task<> consume(pirn::queue<std::string>& queue) {
  for (;;) {
    std::string item = co_await queue.pop();
    fmt::print("{} ms: {}\n", pirn::now().time_since_epoch() / 1ms, item);
    queue.task_done();
  }
}

pirn::task<> both_ends(pirn::task_group& group, pirn::queue<std::string>& queue) {
  auto consumer = group.start(consume(queue));
  co_await pirn::gather(produce(queue, "a", 100ms), produce(queue, "b", 150ms));
  co_await queue.join();
  consumer.cancel();
}

pirn::task<> producer_consumer() {
  pirn::queue<std::string> queue(2);
  co_await pirn::with_group(both_ends, std::ref(queue));
  fmt::print("all done\n");
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, producer_consumer);
}

// Output:
// 100 ms: a1
// 150 ms: b1
// 200 ms: a2
// 300 ms: b2
// 300 ms: a3
// 450 ms: b3
// all done
