// Many hosts in one process: an ordinary server and an ordinary client on a simulated network, one
// clock, and faults that a seed replays.
#include <string>

#include <fmt/format.h>

#include "pirn/pirn.hpp"
#include "pirn/world/nemesis.hpp"
#include "pirn/world/replay.hpp"
#include "pirn/world/world.hpp"

using namespace std::chrono_literals;

// Two ordinary programs; nothing in them knows of simulation.

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

pirn::task<std::string> ask(std::string text) {
  pirn::net::tcp_stream peer = co_await pirn::net::connect("server", 7);
  co_await peer.write_all(text);
  pirn::lease answer = co_await peer.read();
  co_return std::string(answer.text());
}

// Asks until it has so many answers, whatever happens in between.
pirn::task<> insist(int times, int* answers) {
  while (*answers < times) {
    try {
      std::string answer = co_await pirn::timeout(1s, ask("are you there?"));
      *answers += answer == "are you there?";
    } catch (const std::system_error&) {  // refused, reset
    } catch (const pirn::timeout_error&) {
    }
    co_await pirn::sleep_for(250ms);
  }
}

// [script]
void one_crash() {
  pirn::world w({.seed = 7, .network = {.way = {.latency = 20ms}}});
  pirn::host& server = w.add_host("server", "10.0.0.1");
  pirn::host& client = w.add_host("client", "10.0.0.2");
  server.boot(serve_echo);  // now, and after each restart
  int answers = 0;
  client.run(insist, 20, &answers);

  w.run_for(2s);
  fmt::print("after 2 s: {} answers\n", answers);
  server.crash();
  w.run_for(60s);
  fmt::print("a minute without a server: {} answers\n", answers);
  server.restart();
  w.eventually("the client has its answers", 30s, [&] { return answers == 20; });
  fmt::print("restarted: {} answers\n", answers);
}
// [/script]

// [seeds]
void hundred_seeds() {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    pirn::replay({.seed = seed}, [](pirn::world& w) {  // twice, and compares what happened
      w.add_host("server", "10.0.0.1").boot(serve_echo);
      int answers = 0;
      w.add_host("client", "10.0.0.2").run(insist, 20, &answers);
      pirn::nemesis faults(w, {.active_for = 30s});  // cuts, clogs, crashes, for 30 s
      w.run_for(30s);
      w.eventually("the client has its answers", 60s, [&] { return answers == 20; });
    });
  }
  fmt::print("100 seeds, each run twice: always 20 answers, always the same history\n");
}
// [/seeds]

int main() {
  one_crash();
  hundred_seeds();
}

// Output:
// after 2 s: 6 answers
// a minute without a server: 6 answers
// restarted: 20 answers
// 100 seeds, each run twice: always 20 answers, always the same history
