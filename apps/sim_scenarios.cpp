#include "sim_scenarios.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "command.hpp"
#include "kv/scenario.hpp"
#include "sim_charfinder.hpp"
#include "sim_get.hpp"

namespace pirn::apps {

namespace {

constexpr std::array<std::string_view, 4> hosts_of_charfinder{"server", "client1", "client2",
                                                              "client3"};
constexpr std::array<std::string_view, 2> hosts_of_get{"server", "client"};
constexpr std::array<std::string_view, 3> hosts_of_kv{"node1", "node2", "node3"};
constexpr std::array<std::string_view, 1> bugs_of_get{"no-sync"};

scenario_body make_charfinder(const std::string&) {
  return simulate_charfinder;
}

scenario_body make_get(const std::string& bug) {
  return [options = sim_get_options{.sync = bug.empty()}](world& w) { simulate_get(w, options); };
}

scenario_body make_kv(const std::string& bug) {
  return kv::scenario(kv::bug_named(bug).value_or(kv::planted_bug::none));
}

const std::array all{
    scenario{.name = "charfinder",
             .about = "clients of pirn charfinder --tcp: every answer is right, or broken off",
             .hosts = hosts_of_charfinder,
             .bugs = {},
             .make = make_charfinder},
    scenario{.name = "get",
             .about = "pirn get from pirn serve: every file is right, or reported failed",
             .hosts = hosts_of_get,
             .bugs = bugs_of_get,
             .make = make_get},
    scenario{.name = "kv",
             .about = "a replicated store: what its clients see is as if there were one",
             .hosts = hosts_of_kv,
             .bugs = kv::bug_names(),
             .make = make_kv},
};

}  // namespace

std::span<const scenario> scenarios() {
  return all;
}

const scenario& scenario_called(std::string_view name) {
  const auto found = std::ranges::find(all, name, &scenario::name);
  if (found != all.end()) return *found;
  std::string known;
  for (const scenario& each : all) known += " " + std::string(each.name);
  throw usage_error("there is no scenario '" + std::string(name) + "'; there are:" + known);
}

world_options options_of_seed(std::uint64_t seed) noexcept {
  using namespace std::chrono_literals;
  constexpr std::array orders{turn_order::fifo, turn_order::drawn, turn_order::pct};
  return {.seed = seed,
          .network = {.way = {.latency = 1ms, .jitter = 1ms}},
          .blocking_delay = 100us,
          .schedule = {.order = orders.at(seed % orders.size())}};
}

}  // namespace pirn::apps
