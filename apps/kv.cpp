// pirn kv: a node of a small replicated store, or a client of one.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "announcer.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "kv/client.hpp"
#include "kv/node.hpp"
#include "option_checks.hpp"
#include "pirn/core/within.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

constexpr const char* kv_explanation =
    R"(  node N                one of the servers: the Nth of --nodes
  get KEY               print the value; status 1 when there is none
  put KEY VALUE         write a value
  cas KEY OLD NEW       write NEW if OLD is there; status 1 when it is not

The nodes agree on each change by Raft: a majority of them has it on the disk before it is
answered, and goes on when others are down. A node keeps its state in its journal. It is an example
of a server that was tested in a simulation ('pirn sim kv'), not a database: all is in memory.

Examples:
  pirn kv node 1 & pirn kv node 2 & pirn kv node 3 &
  pirn kv put greeting hello && pirn kv get greeting)";

struct kv_arguments {
  std::vector<std::string> words;
  std::string nodes = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003";
  std::string journal;
  double timeout_s = 10;
  run_options run;
};

std::uint64_t by_chance() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

std::vector<kv::node_address> nodes_of(const kv_arguments& given) {
  std::vector<kv::node_address> all;
  for (std::size_t begin = 0; begin <= given.nodes.size();) {
    const std::size_t end = std::min(given.nodes.find(',', begin), given.nodes.size());
    const endpoint each = listening_address(given.nodes.substr(begin, end - begin));
    if (each.kind() == endpoint::family::unix_path) throw usage_error("a node is an IP:PORT");
    all.push_back({.host = each.host(), .port = each.port()});
    begin = end + 1;
  }
  return all;
}

// ---- a node ----

/// Tells of a node that comes to lead.
class leadership_log final : public kv::observer {
 public:
  void leads(kv::node_id who, kv::term_number term) override {
    fmt::print("node {} leads in term {}\n", who + 1, term);
    std::fflush(stdout);
  }
  void commits(kv::node_id, kv::log_index, const kv::entry&) override {}
};

struct node_plan {
  kv::node_id self;
  std::vector<kv::node_address> all;
  std::string journal;
};

task<> keep_node(worker me, const node_plan& plan) {
  leadership_log log;
  kv::node_options options{.watched_by = &log};
  options.raft.self = plan.self;
  options.raft.seed = by_chance();
  const kv::node_address& own = plan.all[plan.self];
  net::listener where(*endpoint::parse_ip(own.host, own.port));
  kv::node server(options, plan.all, plan.journal);
  announce(me, "node {} of {} on {}", plan.self + 1, plan.all.size(), where.local().to_string());
  co_await serve_and_announce_end(std::move(me), server.run(where));
}

int run_node(const kv_arguments& given) {
  node_plan plan{.self = 0, .all = nodes_of(given), .journal = given.journal};
  const std::string& number = given.words[1];
  while (plan.self < plan.all.size() && std::to_string(plan.self + 1) != number) ++plan.self;
  if (plan.self == plan.all.size()) {
    throw usage_error(fmt::format("node: a number from 1 to {}", plan.all.size()));
  }
  if (plan.journal.empty()) plan.journal = "kv-node-" + number + ".journal";
  run(given.run, keep_node, std::cref(plan));
  return 0;
}

// ---- a client ----

task<int> carry_out(const kv_arguments& given) {
  const std::vector<std::string>& words = given.words;
  kv::client store({.id = by_chance()}, nodes_of(given));
  if (words[0] == "put") {
    co_await store.write(words[1], words[2]);
  } else if (words[0] == "cas") {
    const bool swapped = co_await store.compare_and_swap(words[1], words[2], words[3]);
    if (swapped) co_return 0;
    fmt::print(stderr, "pirn kv: {} is not {}\n", words[1], words[2]);
    co_return exit_failure;
  } else {
    const std::optional<std::string> value = co_await store.read(words[1]);
    if (!value) {
      fmt::print(stderr, "pirn kv: there is no {}\n", words[1]);
      co_return exit_failure;
    }
    fmt::print("{}\n", *value);
  }
  co_return 0;
}

task<int> carry_out_in_time(const kv_arguments& given) {
  const std::chrono::duration<double> limit(given.timeout_s);
  const int status =
      co_await timeout(std::chrono::duration_cast<duration>(limit), carry_out(given));
  co_return status;
}

int run_kv(const kv_arguments& given) {
  const std::vector<std::string>& words = given.words;
  const auto is = [&](std::string_view action, std::size_t count) {
    return words[0] == action && words.size() == count;
  };
  if (is("node", 2)) return run_node(given);
  if (is("get", 2) || is("put", 3) || is("cas", 4)) {
    if (!given.journal.empty()) throw usage_error("--journal is a node's");
    return run(given.run, carry_out_in_time, std::cref(given));
  }
  throw usage_error("node N, get KEY, put KEY VALUE or cas KEY OLD NEW");
}

}  // namespace

void add_kv(CLI::App& program, action& chosen) {
  auto given = std::make_shared<kv_arguments>();
  CLI::App* command = program.add_subcommand("kv", "Keep a small replicated store, or use it");
  command->add_option("ACTION", given->words, "what to do, and with what")
      ->option_text("...")
      ->required();
  command->add_option("-n,--nodes", given->nodes, "all nodes, in order, as IP:PORT,IP:PORT,...")
      ->option_text("LIST [127.0.0.1:7001,...:7002,...:7003]");
  command->add_option("-j,--journal", given->journal, "a node's file; it is made if need be")
      ->check(not_empty)
      ->option_text("FILE [kv-node-N.journal]");
  command->add_option("-t,--timeout", given->timeout_s, "how long a client tries")
      ->option_text("SECONDS [10]")
      ->check(seconds_from(0.001));
  add_driver_option(*command, given->run);
  command->footer(kv_explanation);
  command->callback([given, &chosen] { chosen = [given] { return run_kv(*given); }; });
}

}  // namespace pirn::apps
