#include "scenario.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "client.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/linearizability.hpp"
#include "pirn/world/crash_at_end.hpp"
#include "pirn/world/nemesis.hpp"
#include "witness.hpp"

namespace pirn::apps::kv {

namespace {

using namespace std::chrono_literals;
using pirn::testing::map_operation;

constexpr std::uint16_t port = 7000;
constexpr int nodes = 3;
constexpr std::uint64_t keys = 2;  // few, so that clients meet

/// Short faults, many at a time: what a store gets wrong it gets wrong while they change.
constexpr fault_policy trouble{.gap_max = 200ms,
                               .lasts_max = 1s,
                               .partitions = 3,
                               .one_way_partitions = 2,
                               .clogs = 1,
                               .swizzles = 2,
                               .bad_ways = 1,
                               .pauses = 2,
                               .crashes = 5,
                               .slow_disks = 1,
                               .clock_jumps = 1,
                               .drifts = 1,
                               .down_max = 1,
                               .disk_delay_max = 300ms};

// ---- the nodes ----

std::string name_of(node_id number) {
  return "node" + std::to_string(number + 1);
}

std::vector<node_address> addresses() {
  std::vector<node_address> all;
  for (node_id i = 0; i < nodes; ++i) all.push_back({.host = name_of(i), .port = port});
  return all;
}

task<> serve(node_options options) {
  node server(options, addresses(), "/journal");
  net::listener where(net::any(port));
  co_await server.run(where);
}

void start_nodes(world& w, planted_bug bug, observer& watched_by) {
  random_source lots = w.random("kv nodes");
  for (node_id i = 0; i < nodes; ++i) {
    const host_options clock{.clock_skew = std::chrono::milliseconds(lots.below(1000)),
                             .clock_drift_ppm = static_cast<std::int32_t>(lots.below(2000)) - 1000,
                             .disk_delay = 500us};
    host& home = w.add_host(name_of(i), "10.0.0." + std::to_string(i + 1), clock);
    node_options options{.watched_by = &watched_by};
    options.raft.self = i;
    options.raft.seed = home.random("elections")();
    options.raft.heartbeat_every = 60ms;
    options.raft.election_after = 250ms;
    options.answer_within = 200ms;
    options.raft.bug = bug;
    home.boot(serve, options);
  }
}

// ---- the clients ----

/// What the clients did, in the world's time; each has its own list.
struct visitor {
  world& w;
  std::uint64_t number;
  random_source lots;
  duration pause_max;
  std::vector<map_operation> history{};
  std::optional<std::string> last_seen{};
  std::uint64_t done = 0;
};

map_operation draw(visitor& me) {
  using kind = map_operation::kind;
  map_operation next{.client = me.number,
                     .what = static_cast<kind>(me.lots.below(3)),
                     .key = "key" + std::to_string(me.lots.below(keys))};
  // Each value is another one, so that the history tells where one came from.
  next.value = std::to_string(me.number) + "." + std::to_string(me.history.size());
  if (next.what == kind::compare_and_swap) next.expected = me.last_seen;
  next.invoked = me.w.now();
  return next;
}

// Fills in what the client is told.
task<> carry_out(client& store, map_operation& one) {
  switch (one.what) {
    case map_operation::kind::read:
      one.seen = co_await store.read(one.key);
      break;
    case map_operation::kind::write:
      co_await store.write(one.key, one.value);
      break;
    case map_operation::kind::compare_and_swap:
      one.swapped = co_await store.compare_and_swap(one.key, one.expected, one.value);
  }
}

task<> visit(visitor* me) {
  client store({.id = me->number}, addresses());
  for (;;) {
    const std::size_t place = me->history.size();
    me->history.push_back(draw(*me));
    map_operation told = me->history[place];
    const duration patience = me->lots.below(4) == 0 ? 1s : 10s;
    const bool is_done = co_await move_on_after(patience, carry_out(store, told));
    if (is_done) {
      told.returned = me->w.now();
      ++me->done;
      me->last_seen = told.what == map_operation::kind::read ? told.seen : told.value;
      me->history[place] = std::move(told);
    }
    const auto pause = static_cast<std::uint64_t>(me->pause_max.count());
    co_await sleep_for(duration(static_cast<duration::rep>(me->lots.below(pause + 1))));
  }
}

void start_clients(world& w, const scenario_options& options, std::deque<visitor>& all) {
  for (unsigned i = 1; i <= options.clients; ++i) {
    const std::string name = "client" + std::to_string(i);
    all.push_back(
        {.w = w, .number = i, .lots = w.random(name), .pause_max = options.client_pause_max});
    w.add_host(name, "10.0.1." + std::to_string(i)).run(visit, &all.back());
  }
}

// ---- the run ----

// [check]
void check_history(const world& w, const std::deque<visitor>& all) {
  std::vector<map_operation> history;
  for (const visitor& each : all) {
    history.insert(history.end(), each.history.begin(), each.history.end());
  }
  std::ranges::sort(history, {},
                    [](const map_operation& each) { return std::pair(each.invoked, each.client); });
  const testing::linearizability result = testing::check_linearizability(history);
  if (result.found != testing::linearizability::verdict::linearizable) {
    throw world_failure(w.moment(), "what the clients were told: " + result.text);
  }
}
// [/check]

void run(world& w, planted_bug bug, const scenario_options& options) {
  w.set_usual_way({.latency = 1ms, .jitter = 2ms, .loss = 0.002});
  witness watching;
  std::deque<visitor> clients;
  const crash_at_end guard(w);
  start_nodes(w, bug, watching);
  fault_policy policy = trouble;
  policy.active_for = options.faults_for;
  nemesis faults(w, policy);  // of the nodes: the clients get at those that are cut off
  start_clients(w, options, clients);
  w.always("what the nodes decide goes together", [&] {
    if (!watching.complaint().empty()) throw world_failure(w.moment(), watching.complaint());
    return true;
  });

  w.run_for(options.faults_for);
  std::vector<std::uint64_t> before;
  for (const visitor& each : clients) before.push_back(each.done);
  w.eventually("all clients get on", options.recovers_within, [&] {
    return std::ranges::equal(before, clients, [](std::uint64_t then, const visitor& each) {
      return each.done >= then + 3;
    });
  });
  check_history(w, clients);
}

}  // namespace

std::function<void(world&)> scenario(planted_bug bug, const scenario_options& options) {
  return [bug, options](world& w) { run(w, bug, options); };
}

}  // namespace pirn::apps::kv
