// descriptor passing: one process accepts, and hands each connection to a process that talks to it.
#include <array>
#include <deque>
#include <string_view>

#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/process/calling.hpp"
#include "pirn/process/connection.hpp"
#include "pirn/process/process.hpp"

// In a process of its own: talks to the connections that it is handed, until there are no more.
void talk(int number, pirn::connection handed) {
  try {
    for (;;) {
      pirn::descriptor_stream peer(handed.recv_handle().result(), "peer");
      std::array<std::byte, 100> line;
      std::size_t count = peer.read(line).result();
      std::string_view asked(reinterpret_cast<const char*>(line.data()), count);
      peer.write_all(fmt::format("worker {} heard '{}'", number, asked)).result();
    }
  } catch (const pirn::end_of_stream&) {
  }
}

struct worker {
  pirn::connection to;
  pirn::process running;
};

worker start_worker(int number) {
  auto [ours, its] = pirn::pipe();
  pirn::process running(pirn::calling(talk, number, std::move(its)));
  return {std::move(ours), std::move(running)};
}

// What was handed over is closed here: the worker has a descriptor of its own.
pirn::task<> accept_in_turns(pirn::net::listener& here, std::deque<worker>& workers) {
  for (std::size_t next = 0;; next = (next + 1) % workers.size()) {
    auto peer = co_await here.accept();
    co_await workers[next].to.send_handle(peer.native_handle());
  }
}

pirn::task<> ask(pirn::endpoint server) {
  for (std::string_view word : {"one", "two", "three", "four", "five"}) {
    auto stream = co_await pirn::net::connect(server);
    co_await stream.write_all(word);
    while (auto chunk = co_await stream.read()) {
      fmt::print("{}", chunk.text());
    }
    fmt::print("\n");
  }
}

pirn::task<> hand_connections_over() {
  std::deque<worker> workers;
  for (int number = 1; number <= 3; ++number) workers.push_back(start_worker(number));

  pirn::net::listener here(pirn::net::loopback(0));
  co_await pirn::race(accept_in_turns(here, workers), ask(here.local()));

  for (worker& each : workers) {
    each.to.close();  // it reads the end, and ends
    auto status = co_await each.running.wait();
    fmt::print("a worker: {}\n", status.to_string());
  }
}

int main(int argc, char** argv) {
  return pirn::run_main(hand_connections_over, argc, argv);  // in the workers it calls talk()
}

// Output:
// worker 1 heard 'one'
// worker 2 heard 'two'
// worker 3 heard 'three'
// worker 1 heard 'four'
// worker 2 heard 'five'
// a worker: exit status 0
// a worker: exit status 0
// a worker: exit status 0
