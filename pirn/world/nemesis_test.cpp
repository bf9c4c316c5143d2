// nemesis, replay and buggify: chance, and that a seed says all of it.
#include "pirn/world/nemesis.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "pirn/base/compiler.hpp"
#include "pirn/core/within.hpp"
#include "pirn/world/programs_test.hpp"
#include "pirn/world/replay.hpp"

namespace pirn {

namespace {

/// Asks the server for the answers from 0 up, one after the other, whatever happens in between.
task<> insist(int times, int* answered) {
  while (*answered < times) {
    try {
      net::tcp_stream peer = co_await timeout(2s, net::connect("server", 7));
      while (*answered < times) {
        const std::string asked = std::to_string(*answered);
        co_await peer.write_all(asked);
        lease answer = co_await timeout(2s, peer.read());
        if (answer.text() != asked) break;
        ++*answered;
        co_await sleep_for(100ms);
      }
    } catch (const std::system_error&) {
    } catch (const timeout_error&) {
    }
    co_await sleep_for(100ms);
  }
}

/// PIRN_SEEDS, or as many as there is time for at each change.
std::uint64_t seeds_to_run() {
  const char* given = std::getenv("PIRN_SEEDS");
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return detail::sanitized ? 20 : 200;
}

/// A server and two clients under faults for a minute, then a quiet phase in which they must reach
/// their end.
void small_scenario(world& w) {
  host& server = w.add_host("server", "10.0.0.1");
  server.boot(serve_echo);
  std::vector<int> answered(2);
  for (std::size_t i = 0; i < answered.size(); ++i) {
    host& client = w.add_host("client " + std::to_string(i), "10.0.1." + std::to_string(i + 1));
    client.boot(insist, 50, &answered[i]);
  }
  nemesis trouble(w, {.active_for = 60s});
  w.run_for(60s);
  EXPECT_TRUE(trouble.is_quiet());
  w.eventually("both clients have all their answers", 120s,
               [&] { return std::ranges::count(answered, 50) == 2; });
}

}  // namespace

TEST(nemesis, breaks_much_and_mends_all) {
  world w({.seed = 3});
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  server.boot(serve_echo);
  client.boot([]() -> task<> { co_await sleep_for(1h); });
  nemesis trouble(
      w, {.active_for = 200s, .full_disks = 1, .failing_disks = 1, .clock_jumps = 1, .drifts = 1});
  w.run_for(200s);
  EXPECT_TRUE(trouble.is_quiet());
  EXPECT_TRUE(server.is_up() && client.is_up());
  EXPECT_FALSE(server.is_paused() || client.is_paused());
  EXPECT_TRUE(w.net().line_between(server.net(), client.net()).is_open());
  EXPECT_TRUE(w.net().line_between(client.net(), server.net()).is_open());
  std::string all;
  for (const std::string& each : trouble.log()) all += each + "\n";
  for (const char* kind : {"partition of", "partition from", "clog", "bad way", "pause", "crash",
                           "slow disk", "full disk", "failing disk", "jump", "drift"}) {
    EXPECT_NE(all.find(kind), std::string::npos) << kind << " in\n" << all;
  }
  EXPECT_GT(server.now(), w.now() + 1s) << "jumps are not mended";
}

TEST(nemesis, mends_ways_and_disks_into_what_they_were) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    world w({.seed = seed});
    host& one = w.add_host("one", "10.0.0.1", {.disk_delay = 3ms});
    host& two = w.add_host("two", "10.0.0.2");
    w.set_way_one_way(one, two, {.latency = 77ms});
    nemesis trouble(w, {.active_for = 30s,
                        .gap_max = 100ms,
                        .partitions = 0,
                        .one_way_partitions = 0,
                        .clogs = 0,
                        .swizzles = 0,
                        .crashes = 0});
    w.run_for(seed % 2 == 0 ? 30s : 10s);
    trouble.stop();
    EXPECT_EQ(w.way(one, two).latency, 77ms);
    EXPECT_EQ(w.way(two, one).latency, w.options().network.way.latency);
    EXPECT_EQ(one.disk_delay(), 3ms);
    EXPECT_FALSE(one.is_paused() || two.is_paused());
  }
}

TEST(nemesis, carries_out_the_plan_that_the_world_is_given) {
  const fault_plan plan = parse_fault_plan(
      "1s for 2s: full-disk server\n"
      "1s for 1s: drift client ppm 100000\n"
      "2s for 1s: crash client     # it cannot be restarted: passed over\n"
      "3s for 5s: partition client server\n"
      "4s for 1s: one-way-partition server client   # so it is already: passed over\n"
      "9s for 5s: slow-disk server delay 0.2s       # cut short by the end\n"
      "11s for 1s: pause server                     # after the end\n");
  world w({.faults = &plan});
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  server.boot(serve_echo);
  server.disk().put("/file", "text");
  nemesis trouble(w, {.active_for = 10s});
  EXPECT_EQ(trouble.plan(), plan);
  EXPECT_EQ(w.plan(), plan);
  w.run_for(1500ms);
  EXPECT_EQ(server.disk().options().capacity_bytes, 4U);
  EXPECT_EQ(client.drift_ppm(), 100'000);
  w.run_for(2s);
  EXPECT_EQ(server.disk().options().capacity_bytes, 0U);
  EXPECT_EQ(client.drift_ppm(), 0);
  EXPECT_EQ(client.now(), w.now() + 100ms);
  EXPECT_FALSE(w.net().line_between(server.net(), client.net()).is_open());
  w.run_for(6s);
  EXPECT_EQ(server.disk_delay(), 200ms);
  EXPECT_FALSE(trouble.is_quiet());
  w.run_for(1s);
  EXPECT_EQ(server.disk_delay(), 0s);
  EXPECT_TRUE(trouble.is_quiet());
  const std::vector<std::string> done{"1.000000 s: full disk of server for 2.000000 s",
                                      "1.000000 s: drift of the clock of client for 1.000000 s",
                                      "3.000000 s: partition of client and server for 5.000000 s",
                                      "9.000000 s: slow disk of server for 1.000000 s"};
  EXPECT_EQ(trouble.log(), done);
}

TEST(nemesis, a_drawn_plan_that_is_given_back_does_the_same) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    fault_plan drawn;
    const std::uint64_t hash = replay({.seed = seed}, [&](world& w) {
      small_scenario(w);
      drawn = w.plan();
    });
    const fault_plan read = parse_fault_plan(to_string(drawn));
    EXPECT_EQ(replay({.seed = seed, .faults = &read}, small_scenario), hash);
    const fault_plan none;
    EXPECT_NE(replay({.seed = seed, .faults = &none}, small_scenario), hash);
  }
}

TEST(nemesis, a_plan_for_other_hosts_is_refused) {
  const fault_plan plan = parse_fault_plan("1s for 2s: clog one three");
  world w({.faults = &plan});
  w.add_host("one", "10.0.0.1");
  w.add_host("two", "10.0.0.2");
  EXPECT_THROW(nemesis(w, {}), std::invalid_argument);
}

TEST(nemesis, a_plan_of_what_cannot_be_is_refused) {
  for (const fault& wrong :
       {fault{.kind = fault_kind::partition, .one = "one", .other = "one"},
        fault{.after = -1s, .lasts = 1s, .kind = fault_kind::crash, .one = "one", .other = {}},
        fault{.kind = fault_kind::slow_disk, .one = "one", .other = {}, .disk_delay = -1s}}) {
    const fault_plan plan{{wrong}};
    world w({.faults = &plan});
    w.add_host("one", "10.0.0.1");
    w.add_host("two", "10.0.0.2");
    EXPECT_THROW(nemesis(w, {}), std::invalid_argument) << describe(wrong);
  }
}

TEST(nemesis, its_world_counts_what_was_carried_out) {
  const fault_plan plan = parse_fault_plan(
      "1s for 2s: clog one two\n2s for 2s: clog two one\n"  // one is on
      "3s for 2s: crash one\n"                              // it has no boot program
      "4s for 2s: pause two\n70s for 1s: pause two");       // too late
  world w({.faults = &plan});
  w.add_host("one", "10.0.0.1");
  w.add_host("two", "10.0.0.2");
  nemesis trouble(w, {});
  EXPECT_EQ(w.faults_carried_out(), 0U);
  w.run_for(80s);
  EXPECT_EQ(w.faults_carried_out(), 2U);
  EXPECT_EQ(trouble.log().size(), 2U);
}

TEST(nemesis, its_log_says_how_long_a_fault_can_last) {
  const fault_plan plan{
      {{.after = 1s, .lasts = forever, .kind = fault_kind::clog, .one = "one", .other = "two"}}};
  world w({.faults = &plan});
  w.add_host("one", "10.0.0.1");
  w.add_host("two", "10.0.0.2");
  const auto log_for = [&w](duration active_for) {
    nemesis trouble(w, {.active_for = active_for});
    w.run_for(2s);
    return trouble.log();
  };
  EXPECT_EQ(log_for(10s),
            std::vector<std::string>{"1.000000 s: clog between one and two for 9.000000 s"});
  EXPECT_EQ(log_for(forever), std::vector<std::string>{"3.000000 s: clog between one and two"});
}

TEST(nemesis, does_only_what_its_policy_says) {
  world w({.seed = 3});
  w.add_host("one", "10.0.0.1");
  w.add_host("two", "10.0.0.2");
  nemesis trouble(w, {.partitions = 0,
                      .one_way_partitions = 0,
                      .swizzles = 0,
                      .bad_ways = 0,
                      .pauses = 0,
                      .crashes = 0,
                      .slow_disks = 0});
  w.run_for(30s);
  EXPECT_FALSE(trouble.log().empty());
  for (const std::string& each : trouble.log()) EXPECT_NE(each.find("clog"), std::string::npos);
  trouble.stop();
  EXPECT_TRUE(trouble.is_quiet());
}

TEST(replay, seeds_run_twice_give_equal_hashes_and_all_differ) {
  const std::uint64_t seeds = seeds_to_run();
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    hashes.insert(replay({.seed = seed}, small_scenario));
  }
  EXPECT_EQ(hashes.size(), seeds);
}

TEST(replay, the_order_of_hosts_and_tasks_may_be_drawn_too) {
  const std::uint64_t usual = replay({.seed = 1}, small_scenario);
  for (const turn_order order : {turn_order::drawn, turn_order::pct}) {
    EXPECT_NE(replay({.seed = 1, .schedule = {.order = order}}, small_scenario), usual);
  }
}

TEST(replay, tells_the_first_event_that_differs) {
  int run = 0;
  const auto depends_on_more = [&run](world& w) {
    host& one = w.add_host("one", "10.0.0.1");
    ++run;
    one.run([&run]() -> task<> {
      co_await sleep_for(1s);
      co_await sleep_for(std::chrono::seconds(run));
    });
    w.run_until_quiet();
  };
  try {
    replay({.seed = 5}, depends_on_more);
    FAIL() << "nothing was thrown";
  } catch (const replay_difference& found) {
    const std::string text = found.what();
    EXPECT_TRUE(text.starts_with("seed 5, at 2.000000000 s, event 2: the first run had")) << text;
    EXPECT_NE(text.find("2.000000000 s: turn of a host"), std::string::npos) << text;
    EXPECT_NE(text.find("the second 3.000000000 s: turn of a host"), std::string::npos) << text;
  }
}

TEST(replay, a_scenario_that_leaves_a_frame_is_told) {
  if (detail::sanitized) GTEST_SKIP() << "a sanitizer counts frames itself";
  task<> kept;
  EXPECT_THROW(replay({},
                      [&kept](world& w) {
                        w.add_host("one", "10.0.0.1");
                        kept = insist(1, nullptr);
                      }),
               world_failure);
}

TEST(buggify, is_off_outside_of_a_world) {
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(buggify("anything", 1));
}

TEST(buggify, a_site_is_on_in_a_quarter_of_the_runs_and_then_as_often_as_it_says) {
  int runs_with_it = 0;
  int hits = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    world w({.seed = seed});
    host& one = w.add_host("one", "10.0.0.1");
    int here = 0;
    one.run([&here]() -> task<> {
      for (int i = 0; i < 100; ++i) {
        here += buggify("rare way", 0.5);
        here += 1000 * buggify("never", 0);
        co_await yield_now();
      }
    });
    w.run_until_quiet();
    EXPECT_EQ(w.buggify_sites().hits().at("rare way"), static_cast<unsigned>(here));
    runs_with_it += here > 0;
    hits += here;
  }
  EXPECT_NEAR(runs_with_it, 100, 30);
  EXPECT_NEAR(static_cast<double>(hits) / runs_with_it, 50, 3);
}

}  // namespace pirn
