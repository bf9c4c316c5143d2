// A seed under which a program fails: found, cut down to the faults that it takes, and drawn as a
// timeline. The bug is an old one: who hears nothing asks again, and is served twice.
#include <fstream>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "pirn/pirn.hpp"
#include "pirn/world/nemesis.hpp"
#include "pirn/world/reduce.hpp"
#include "pirn/world/timeline.hpp"

using namespace std::chrono_literals;

pirn::task<> book(pirn::net::tcp_stream client, int* booked) {
  for (;;) {
    pirn::lease asked = co_await client.read();
    if (asked.empty()) co_return;
    ++*booked;
    co_await client.write_all("done");
  }
}

pirn::task<> serve_bookings(int* booked) {
  co_await pirn::net::serve(pirn::net::any(80),
                            [booked](pirn::net::tcp_stream client) -> pirn::task<> {
                              return book(std::move(client), booked);
                            });
}

pirn::task<> order() {
  pirn::net::tcp_stream bank = co_await pirn::net::connect("bank", 80);
  co_await bank.write_all("book");
  pirn::lease answer = co_await bank.read();
  if (answer.text() != "done") throw std::system_error(ECONNRESET, std::generic_category());
}

pirn::task<> order_many(int times, int* confirmed) {
  while (*confirmed < times) {
    try {
      co_await pirn::timeout(1s, order());
      ++*confirmed;
    } catch (const std::system_error&) {  // refused, reset: once more
    } catch (const pirn::timeout_error&) {
    }
    co_await pirn::sleep_for(500ms);
  }
}

// [scenario]
void bookings(pirn::world& w) {
  int booked = 0;
  int confirmed = 0;
  w.add_host("bank", "10.0.0.1").boot(serve_bookings, &booked);
  w.add_host("client", "10.0.0.2").run(order_many, 20, &confirmed);
  w.always("nothing is booked twice", [&] { return booked <= confirmed + 1; });
  pirn::nemesis faults(w, {.active_for = 30s});
  w.run_for(30s);
  w.eventually("all is confirmed", 60s, [&] { return confirmed == 20; });
}
// [/scenario]

// [seeds]
std::optional<std::uint64_t> first_seed_that_fails() {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    try {
      pirn::world w({.seed = seed});
      bookings(w);
    } catch (const pirn::world_failure& failed) {
      fmt::print("{}\n", failed.what());
      return seed;
    }
  }
  return std::nullopt;
}
// [/seeds]

// [reduce]
std::string cut_down(std::uint64_t seed) {
  const pirn::reduction found = pirn::reduce({.seed = seed}, bookings);
  fmt::print("{} faults, of which it takes {}\n", found.faults, found.plan.faults.size());
  return to_string(found.plan);  // text: to keep in a file, to put into a test
}
// [/reduce]

// [again]
std::string timeline_with(std::uint64_t seed, const std::string& text) {
  const pirn::fault_plan plan = pirn::parse_fault_plan(text);
  return pirn::timeline_of({.seed = seed, .faults = &plan}, bookings);  // opens in ui.perfetto.dev
}
// [/again]

int main(int argc, char** argv) {
  const std::optional<std::uint64_t> seed = first_seed_that_fails();
  if (!seed) return 1;
  const std::string plan = cut_down(*seed);
  fmt::print("{}", plan);
  if (argc == 2) std::ofstream(argv[1]) << timeline_with(*seed, plan);
}

// Output:
// seed 2, at 29.453215626 s, event 181: it no longer holds that nothing is booked twice
// 24 faults, of which it takes 2
// 0.59s for 0.5s: pause bank
// 1.003s for 1s: clog client bank
