// world: hosts, on each an echo server and a client that asks its neighbour once a second, per
// simulated second; seeds of three hosts under faults for a minute, then mended, per seed; and the
// replicated store of apps/kv under faults, with three clients and all checks, per simulated
// second.
#include <algorithm>
#include <string>
#include <vector>

#include "apps/kv/scenario.hpp"
#include "bench/common/measure.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/server.hpp"
#include "pirn/world/nemesis.hpp"
#include "pirn/world/world.hpp"

namespace {

using namespace std::chrono_literals;

pirn::task<> echo(pirn::net::tcp_stream peer) {
  for (;;) {
    pirn::lease chunk = co_await peer.read();
    if (chunk.empty()) co_return;
    co_await peer.write_all(chunk);
  }
}

pirn::task<> serve_echo() {
  co_await pirn::net::serve(pirn::net::any(7), echo);
}

pirn::task<> ask_every_second(std::string host) {
  pirn::net::tcp_stream peer = co_await pirn::net::connect(host, 7);
  for (;;) {
    co_await peer.write_all("hello");
    pirn::lease answer = co_await peer.read();
    co_await pirn::sleep_for(1s);
  }
}

template <int hosts>
std::int64_t echoing(std::uint64_t seconds) {
  pirn::world w;
  const auto name = [](int number) { return "host" + std::to_string(number % hosts); };
  for (int i = 0; i < hosts; ++i) {
    const std::string address = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    pirn::host& added = w.add_host(name(i), address);
    added.run(serve_echo);
    added.run(ask_every_second, name(i + 1));
  }
  w.run_for(2s);  // all are connected
  const std::int64_t start = bench::cpu_now_ns();
  w.run_for(std::chrono::seconds(seconds));
  return bench::cpu_now_ns() - start;
}

// Asks for fifty answers, one after the other, whatever happens in between.
pirn::task<> insist(int* answers) {
  while (*answers < 50) {
    try {
      pirn::net::tcp_stream peer = co_await pirn::timeout(2s, pirn::net::connect("server", 7));
      while (*answers < 50) {
        co_await peer.write_all("hello");
        pirn::lease answer = co_await pirn::timeout(2s, peer.read());
        if (answer.empty()) break;
        ++*answers;
        co_await pirn::sleep_for(100ms);
      }
    } catch (const std::system_error&) {
    } catch (const pirn::timeout_error&) {
    }
    co_await pirn::sleep_for(100ms);
  }
}

std::int64_t seeds(std::uint64_t count) {
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    pirn::world w({.seed = seed});
    w.add_host("server", "10.0.0.1").boot(serve_echo);
    int first = 0;
    int second = 0;
    w.add_host("first", "10.0.0.2").boot(insist, &first);
    w.add_host("second", "10.0.0.3").boot(insist, &second);
    pirn::nemesis faults(w, {.active_for = 60s});
    w.run_for(60s);
    w.eventually("all is answered", 120s, [&] { return first == 50 && second == 50; });
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t kv(std::uint64_t seconds) {
  const pirn::time_point end{std::chrono::seconds(seconds)};
  const std::int64_t start = bench::cpu_now_ns();
  pirn::time_point simulated{};
  for (std::uint64_t seed = 1; simulated < end; ++seed) {
    pirn::world w({.seed = seed});
    pirn::apps::kv::scenario(pirn::apps::kv::planted_bug::none)(w);
    simulated += w.now() - pirn::time_point();
  }
  const double took = static_cast<double>(bench::cpu_now_ns() - start);
  return static_cast<std::int64_t>(took * (end - pirn::time_point()) /
                                   (simulated - pirn::time_point()));
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(
      argc, argv,
      {{"echo-10", echoing<10>}, {"echo-1000", echoing<1000>}, {"seeds", seeds}, {"kv", kv}});
}
