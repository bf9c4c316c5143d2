// producers_consumers: threads that share a queue; a sentinel in it says that there is no more.
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using parcels = pirn::channel<std::optional<int>>;
constexpr std::optional<int> no_more;

void produce(parcels& out, int first, int count) {
  for (int i = first; i < first + count; ++i) out.blocking_send(i);
}

// The sentinel stays in the queue, for the other consumers: each that sees it puts it back.
void consume(parcels& in, long& total) {
  for (;;) {
    const std::optional<int> parcel = in.blocking_receive().value();
    if (parcel == no_more) break;
    total += *parcel;
  }
  in.blocking_send(no_more);
}

void with_a_sentinel() {
  parcels queue(8);
  long totals[3] = {};
  std::vector<pirn::thread> consumers;
  for (long& total : totals) consumers.emplace_back(consume, std::ref(queue), std::ref(total));
  std::vector<pirn::thread> producers;
  for (int i = 0; i < 4; ++i) producers.emplace_back(produce, std::ref(queue), 1000 * i, 1000);
  join_all(producers);
  queue.blocking_send(no_more);
  join_all(consumers);
  fmt::print("sum by sentinel: {}\n", totals[0] + totals[1] + totals[2]);
}

// A channel can be closed, which needs no value that is none: receiving then gives nothing.
void with_an_end() {
  pirn::channel<int> queue(8);
  long total = 0;
  pirn::thread consumer([&] {
    while (auto parcel = queue.blocking_receive()) total += *parcel;
  });
  for (int i = 0; i < 4000; ++i) queue.blocking_send(i);
  queue.close();
  consumer.join();
  fmt::print("sum by close: {}\n", total);
}

int main() {
  with_a_sentinel();
  with_an_end();
}

// Output:
// sum by sentinel: 7998000
// sum by close: 7998000
