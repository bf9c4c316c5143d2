// What a world is: ordinary programs on several hosts, one clock.
#include "pirn/world/world.hpp"

#include <array>
#include <climits>
#include <functional>
#include <optional>
#include <stdexcept>

#include "pirn/exec/to_thread.hpp"
#include "pirn/http/client.hpp"
#include "pirn/http/exchange.hpp"
#include "pirn/http/router.hpp"
#include "pirn/http/server.hpp"
#include "pirn/net/resolver.hpp"
#include "pirn/world/programs_test.hpp"

namespace pirn {

TEST(world, runs_a_server_and_its_clients_on_hosts_of_their_own) {
  world w({.network = {.way = {.latency = 10ms}}});
  host& server = w.add_host("server", "10.0.0.1");
  server.run(net::serve, net::any(7), echo);
  std::vector<heard> told(3);
  for (std::size_t i = 0; i < told.size(); ++i) {
    host& client = w.add_host("client " + std::to_string(i), "10.0.1." + std::to_string(i + 1));
    client.run(converse, std::string("server"), 5, duration(1s), &told[i]);
  }
  EXPECT_TRUE(w.run_until_quiet());
  for (const heard& each : told) {
    EXPECT_EQ(each.answers, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
    EXPECT_EQ(each.moments.front(), time_point{} + 40ms) << "a handshake and a round trip";
  }
  EXPECT_EQ(w.now(), time_point{} + 4s + 140ms) << "seven round trips, and four pauses";
  EXPECT_EQ(server.running_programs(), 1U);
  EXPECT_EQ(w.left_behind(), "");
}

TEST(world, each_host_has_its_own_ports_addresses_and_loopback) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  host& two = w.add_host("two", "10.0.0.2");
  heard by_name;
  heard by_loopback;
  heard of_the_other;
  one.run(serve_echo);
  two.run(serve_echo);
  one.run([](heard* into) -> task<> { co_await converse("localhost", 1, 0s, into); }, &by_loopback);
  one.run([](heard* into) -> task<> { co_await converse("ONE", 1, 0s, into); }, &by_name);
  one.run([](heard* into) -> task<> { co_await converse("10.0.0.2", 1, 0s, into); }, &of_the_other);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(by_loopback.count(), 1U);
  EXPECT_EQ(by_name.count(), 1U);
  EXPECT_EQ(of_the_other.count(), 1U);
}

TEST(world, both_ends_show_the_addresses_of_their_hosts) {
  world w;
  host& server = w.add_host("server", {"10.0.0.1", "fd00::1"});
  host& client = w.add_host("client", {"10.0.0.2", "fd00::2"});
  std::vector<std::string> peers;
  server.run(net::serve, endpoint::ipv6({}, 7), [&peers](net::tcp_stream peer) -> task<> {
    peers.push_back(peer.peer().host() + " at " + peer.local().host());
    co_return;
  });
  client.run([]() -> task<> {
    net::tcp_stream four = co_await net::connect(*endpoint::parse("10.0.0.1:7"));
    EXPECT_EQ(four.local().host(), "10.0.0.2");
    net::tcp_stream six = co_await net::connect(*endpoint::parse("[fd00::1]:7"));
    EXPECT_EQ(six.local().host(), "fd00::2");
  });
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(peers,
            (std::vector<std::string>{"::ffff:10.0.0.2 at ::ffff:10.0.0.1", "fd00::2 at fd00::1"}));
}

TEST(world, a_host_cannot_listen_at_another_s_address) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  w.add_host("two", "10.0.0.2");
  one.run(net::serve, *endpoint::parse("10.0.0.2:7"), echo);
  EXPECT_THROW(w.run_until_quiet(), program_failed);
}

TEST(world, nobody_answers_at_an_address_that_no_host_has) {
  world w;
  host& client = w.add_host("client", "10.0.0.2");
  heard told;
  client.run(converse, std::string("10.9.9.9"), 1, duration(0s), &told);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(told.error, "Connection timed out");
  EXPECT_EQ(w.now(), time_point{} + 127s);
}

TEST(world, names_are_the_hosts) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  w.add_host("two", {"10.0.0.2", "10.0.1.2"});
  one.run([]() -> task<> {
    std::vector<endpoint> found = co_await net::resolve("Two", 80);
    EXPECT_EQ(found,
              (std::vector{*endpoint::parse("10.0.0.2:80"), *endpoint::parse("10.0.1.2:80")}));
    std::string name = co_await net::reverse(*endpoint::parse("10.0.1.2:80"));
    EXPECT_EQ(name, "two");
    bool is_unknown = false;
    try {
      co_await net::resolve("three", 80);
    } catch (const std::system_error& failed) {
      is_unknown = failed.code().category() == net::resolver_category();
    }
    EXPECT_TRUE(is_unknown);
  });
  EXPECT_TRUE(w.run_until_quiet());
}

TEST(world, http_server_and_client_are_what_they_are) {
  world w({.network = {.way = {.latency = 5ms}}});
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  server.run([]() -> task<> {
    http::router routes;
    routes.get("/hello", [](http::exchange& asked) -> task<> {
      co_await sleep_for(1s);
      asked.respond(http::status::ok, "hello");
    });
    net::listener where(net::any(80));
    co_await http::serve(where, std::ref(routes));
  });
  std::string body;
  client.run(
      [](std::string* into) -> task<> {
        http::client browser;
        http::response answer = co_await browser.get("http://server/hello");
        EXPECT_EQ(answer.status(), http::status::ok);
        *into = co_await answer.read_all();
        EXPECT_EQ(now(), time_point{} + 1020ms) << "two round trips, and what the server takes";
        co_await browser.close();
      },
      &body);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(body, "hello");
}

TEST(world, datagrams_find_their_host) {
  world w({.network = {.way = {.latency = 5ms}}});
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  server.run(serve_udp_echo);
  std::string answer;
  client.run(
      [](std::string* into, endpoint to) -> task<> {
        net::udp_socket here(endpoint::ipv4({}, 0));
        here.connect(to);
        co_await here.send("hello");
        std::array<std::byte, 100> room;
        net::datagram_info got = co_await here.receive(room);
        into->assign(reinterpret_cast<const char*>(room.data()), got.size_bytes);
        EXPECT_EQ(here.local().host(), "10.0.0.2");
        EXPECT_EQ(now(), time_point{} + 10ms);
      },
      &answer, server.at(7));
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(answer, "hello");
}

TEST(world, a_blocking_call_takes_virtual_time) {
  world w({.blocking_delay = 20ms});
  host& one = w.add_host("one", "10.0.0.1");
  one.run([]() -> task<> {
    int answer = co_await to_thread([] { return 42; });
    EXPECT_EQ(answer, 42);
    EXPECT_EQ(now(), time_point{} + 20ms);
  });
  EXPECT_TRUE(w.run_until_quiet());
}

TEST(world, a_step_is_one_turn_or_one_moment) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  host& two = w.add_host("two", "10.0.0.2");
  std::string trace;
  const auto sleeper = [&trace](char name) -> task<> {
    trace += name;
    co_await sleep_for(1s);
    trace += name;
  };
  two.run(sleeper, 'b');
  one.run(sleeper, 'a');
  EXPECT_TRUE(w.step());
  EXPECT_EQ(trace, "a") << "hosts go in the order in which they were added";
  EXPECT_TRUE(w.step());
  EXPECT_EQ(trace, "ab");
  EXPECT_EQ(w.now(), time_point{});
  EXPECT_TRUE(w.step());
  EXPECT_EQ(w.now(), time_point{} + 1s);
  EXPECT_EQ(trace, "ab");
  EXPECT_TRUE(w.step() && w.step());
  EXPECT_EQ(trace, "abab");
  EXPECT_FALSE(w.step());
}

TEST(world, run_until_shows_that_moment_and_leaves_the_rest) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  int count = 0;
  one.run([&count]() -> task<> {
    for (;; ++count) co_await sleep_for(1s);
  });
  w.run_until(time_point{} + 3500ms);
  EXPECT_EQ(count, 3);
  EXPECT_EQ(w.now(), time_point{} + 3500ms);
  w.run_for(500ms);
  EXPECT_EQ(count, 4) << "what happens at that moment included";
  EXPECT_FALSE(w.run_until_quiet(10s));
}

TEST(world, an_action_is_done_at_its_moment) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  time_point done{};
  w.after(2s, [&] {
    done = w.now();
    one.run([&done]() -> task<> {
      co_await sleep_for(1s);
      done = now();
    });
  });
  w.run_for(2s);
  EXPECT_EQ(done, time_point{} + 2s);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(done, time_point{} + 3s);
}

TEST(world, a_host_may_have_a_clock_that_is_ahead_and_one_that_drifts) {
  world w;
  host& ahead = w.add_host("ahead", "10.0.0.1", {.clock_skew = 1h});
  host& fast = w.add_host("fast", "10.0.0.2", {.clock_drift_ppm = 100'000});
  const auto sleep_ten = [](time_point* woken) -> task<> {
    co_await sleep_for(10s);
    *woken = now();
  };
  time_point of_ahead;
  time_point of_fast;
  ahead.run(sleep_ten, &of_ahead);
  fast.run(sleep_ten, &of_fast);
  w.run_until(time_point{} + 9091ms);
  EXPECT_EQ(of_fast, time_point{} + 10s) << "its ten seconds are shorter";
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(of_ahead, time_point{} + 1h + 10s);
  EXPECT_EQ(w.now(), time_point{} + 10s);
  EXPECT_EQ(fast.now(), time_point{} + 11s);
}

// ---- checks ----

TEST(world, a_program_that_fails_ends_the_run_with_its_error_inside) {
  world w({.seed = 12});
  host& one = w.add_host("one", "10.0.0.1");
  one.run([]() -> task<> {
    co_await sleep_for(1500ms);
    throw std::runtime_error("no luck");
  });
  try {
    w.run_until_quiet();
    FAIL() << "nothing was thrown";
  } catch (const program_failed& failed) {
    EXPECT_TRUE(std::string(failed.what()).starts_with("seed 12, at 1.500000000 s, event "));
    EXPECT_TRUE(std::string(failed.what()).ends_with("the program one failed: no luck"));
    EXPECT_THROW(std::rethrow_if_nested(failed), std::runtime_error);
  }
}

TEST(world, an_invariant_is_looked_at_after_each_step) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  int count = 0;
  w.always("the count is below three", [&] { return count < 3; });
  one.run([&count]() -> task<> {
    for (;; ++count) co_await sleep_for(1s);
  });
  EXPECT_THROW(w.run_until_quiet(), world_failure);
  EXPECT_EQ(w.now(), time_point{} + 3s);
}

TEST(world, eventually_waits_until_it_is_so_and_no_longer_than_it_may) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  int count = 0;
  one.run([&count]() -> task<> {
    for (;; ++count) co_await sleep_for(1s);
  });
  w.eventually("the count is five", 10s, [&] { return count == 5; });
  EXPECT_EQ(w.now(), time_point{} + 5s);
  EXPECT_THROW(w.eventually("the count is 100", 10s, [&] { return count == 100; }), not_in_time);
}

TEST(world, a_socket_that_outlives_the_programs_of_its_host_is_told) {
  world w;
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  server.run(serve_echo);
  std::optional<net::tcp_stream> kept;
  client.run(
      [](std::optional<net::tcp_stream>* into) -> task<> {
        net::tcp_stream peer = co_await net::connect("server", 7);
        into->emplace(std::move(peer));
      },
      &kept);
  try {
    w.run_until_quiet();
    FAIL() << "nothing was thrown";
  } catch (const world_failure& failed) {
    EXPECT_TRUE(std::string(failed.what())
                    .ends_with("the programs of client have ended and left 1 open sockets"));
  }
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(w.left_behind(), "1 socket on client");
  kept.reset();
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(w.left_behind(), "");
}

TEST(world, what_did_not_come_in_time_is_told_with_what_all_wait_for) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  one.run(net::serve, net::any(7), echo);
  try {
    w.eventually("pigs fly", 1h, [] { return false; });
    FAIL() << "nothing was thrown";
  } catch (const not_in_time& failed) {
    const std::string text = failed.what();
    EXPECT_NE(text.find("it has not come about that pigs fly\none:\n"), std::string::npos) << text;
    EXPECT_NE(text.find("accept"), std::string::npos) << text;
  }
}

TEST(world, time_that_does_not_move_on_is_told) {
  world w({.network = {.way = {}}});
  host& one = w.add_host("one", "10.0.0.1");
  host& two = w.add_host("two", "10.0.0.2");
  const auto for_ever = [](std::string other) -> task<> {
    net::udp_socket here(endpoint::ipv4({}, 7));
    std::vector<endpoint> found = co_await net::resolve(other, 7);
    std::array<std::byte, 10> room;
    for (;;) {
      co_await here.send_to("ping", found.front());
      co_await here.receive_from(room);
    }
  };
  one.run(for_ever, std::string("two"));
  two.run(for_ever, std::string("one"));
  EXPECT_THROW(w.run_for(1s), world_failure);
}

TEST(world, ends_with_programs_still_running) {
  world w;
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  server.run(serve_echo);
  heard told;
  client.run(converse, std::string("server"), 1000, duration(1s), &told);
  w.run_for(10500ms);
  EXPECT_EQ(told.count(), 11U);
}

TEST(world, is_quiet_when_nothing_is_left_to_happen_by_then) {
  world w;
  w.add_host("one", "10.0.0.1").run([]() -> task<> { co_await sleep_for(1s); });
  EXPECT_FALSE(w.run_until_quiet(500ms));
  EXPECT_TRUE(w.run_until_quiet(1h));
  EXPECT_EQ(w.now(), time_point{} + 1s);
}

TEST(world, options_that_cannot_be_are_refused) {
  const auto refuses = [](const world_options& options) {
    EXPECT_THROW(world w(options), std::invalid_argument);
  };
  refuses({.network = {.way = {.latency = -1s}}});
  refuses({.network = {.local_way = {.loss = 1}}});
  refuses({.blocking_delay = -1s});
  refuses({.schedule = {.pct_depth = 0}});
  refuses({.schedule = {.pct_depth = UINT_MAX}});
  refuses({.schedule = {.pct_steps = 0}});
}

}  // namespace pirn
