// pirn sim: programs of this command in a simulated world, under many seeds.

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/core.h>

#include "blocking_file.hpp"
#include "command.hpp"
#include "option_checks.hpp"
#include "shell_quoted.hpp"
#include "sim_session.hpp"

namespace pirn::apps {

namespace {

constexpr const char* sim_explanation =
    R"(A scenario runs servers and clients of this command, the very code, on hosts of a simulated network.
A seed draws what goes wrong: ways that are cut, clogged or lose packets, hosts that crash or stand
still, disks that are slow. Then all is mended, and what was to be done must get done. No socket is
opened, no time is waited for; equal seeds give equal runs of the same program on any machine.

Each failure has its seed, its moment, what failed, and the command that runs it again. Two machines
that print the same hash over all did the same.

Exit status: 0 when no seed failed; 1 when one did; 2 for wrong arguments; 130 after Ctrl-C, with
what was done until then, 143 after SIGTERM.

Examples:
  pirn sim --list
  pirn sim get --seeds 1..1000
  pirn sim get --seed 7 --twice     one run, what went wrong in it, and whether it can be repeated
  pirn sim get --bug no-sync --reduce few.txt   one that fails, and the faults that it takes)";

struct sim_arguments {
  sim_plan plan;
  std::string scenario;
  std::string seeds = "1..100";
  std::string seed;
  const CLI::Option* seed_option = nullptr;  // whether `seed` was given, be it empty
  std::string faults_file;
  bool list = false;
  bool list_bugs = false;
  bool no_faults = false;
  bool json = false;
  bool quiet = false;
};

std::uint64_t parsed_seed(std::string_view text, const char* option) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size() && !text.empty() &&
      seed < std::numeric_limits<std::uint64_t>::max()) {
    return seed;
  }
  throw usage_error(std::string(option) + ": not a seed: '" + std::string(text) + "'");
}

// A..B, or A alone.
void take_seeds(sim_plan& plan, std::string_view text) {
  constexpr std::string_view to = "..";
  const std::size_t middle = text.find(to);
  plan.first_seed = parsed_seed(text.substr(0, middle), "--seeds A..B");
  plan.last_seed = plan.first_seed;
  if (middle == std::string_view::npos) return;
  plan.last_seed = parsed_seed(text.substr(middle + to.size()), "--seeds A..B");
  if (plan.last_seed < plan.first_seed) throw usage_error("--seeds A..B: B is below A");
}

int print_list() {
  for (const scenario& each : scenarios()) fmt::print("{:<12}{}\n", each.name, each.about);
  return 0;
}

std::string names_of_scenarios() {
  std::string names;
  for (const scenario& each : scenarios()) {
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return names;
}

int print_bugs(const scenario& of) {
  for (std::string_view each : of.bugs) fmt::print("{}\n", each);
  return 0;
}

fault_plan read_faults(const std::string& path, const scenario& of) {
  try {
    const std::vector<std::byte> bytes = read_whole_blocking(path);
    return parse_fault_plan({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, of.hosts);
  } catch (const std::system_error& unread) {
    throw usage_error(unread.what());
  } catch (const std::invalid_argument& wrong) {
    throw usage_error(path + ": " + wrong.what());
  }
}

void check_bug(const sim_run& run) {
  if (run.bug.empty() || std::ranges::find(run.what->bugs, run.bug) != run.what->bugs.end()) return;
  throw usage_error("--bug: " + std::string(run.what->name) + " has no bug '" + run.bug +
                    "'; --list-bugs lists them");
}

int run_with(sim_arguments given) {
  if (given.list) return print_list();
  if (given.scenario.empty()) throw usage_error("say which scenario; --list lists them");
  sim_plan& plan = given.plan;
  plan.run.what = &scenario_called(given.scenario);
  if (given.list_bugs) return print_bugs(*plan.run.what);
  check_bug(plan.run);
  plan.single = given.seed_option->count() > 0;
  if (plan.single) {
    plan.first_seed = plan.last_seed = parsed_seed(given.seed, "--seed N");
  } else {
    take_seeds(plan, given.seeds);
  }
  if (given.json) plan.form = sim_form::json;
  if (given.quiet) plan.form = sim_form::quiet;
  fault_plan faults;
  if (given.no_faults) plan.run.faults_option = "--no-faults";
  if (!given.faults_file.empty()) {
    faults = read_faults(given.faults_file, *plan.run.what);
    plan.run.faults_option = "--faults " + shell_quoted(given.faults_file);
  }
  if (!plan.run.faults_option.empty()) plan.run.faults = &faults;
  return run_sim(plan);
}

void add_options(CLI::App& command, sim_arguments& given) {
  sim_plan& plan = given.plan;
  command.add_flag("--list", given.list, "print the scenarios");
  CLI::Option* seeds = command.add_option("--seeds", given.seeds, "which seeds, both included")
                           ->option_text("A..B [1..100]");
  given.seed_option =
      command.add_option("--seed", given.seed, "one run, and all that went wrong in it")
          ->option_text("N")
          ->excludes(seeds);
  command.add_option("-j,--jobs", plan.jobs, "so many seeds at a time (0: one a processor)")
      ->check(CLI::Range(0U, 1024U))
      ->option_text("N [0]");
  command.add_flag("--twice", plan.run.twice, "run each seed twice, and compare event by event");
  CLI::Option* faults =
      command
          .add_option("--faults", given.faults_file, "what goes wrong, in place of what is drawn")
          ->check(not_empty)
          ->option_text("FILE");
  command.add_flag("--no-faults", given.no_faults, "nothing goes wrong")->excludes(faults);
  command
      .add_option("--reduce", plan.reduced_file,
                  "write the faults that it takes to fail as the first failure did")
      ->check(not_empty)
      ->option_text("FILE");
  command
      .add_option("--timeline", plan.timeline_file,
                  "draw the run, or the first that failed, for ui.perfetto.dev")
      ->check(not_empty)
      ->option_text("FILE");
  command.add_option("--bug", plan.run.bug, "plant a bug in the scenario's programs")
      ->check(not_empty)
      ->option_text("NAME");
  command.add_flag("--list-bugs", given.list_bugs, "print the bugs that a scenario has");
  CLI::Option* json = command.add_flag("--json", given.json, "print one JSON object");
  command.add_flag("-q,--quiet", given.quiet, "print failures only")->excludes(json);
}

}  // namespace

void add_sim(CLI::App& program, action& chosen) {
  auto given = std::make_shared<sim_arguments>();
  CLI::App& command =
      *program.add_subcommand("sim", "Run programs in a simulated world, under many seeds");
  command.add_option("SCENARIO", given->scenario, "one of " + names_of_scenarios())
      ->option_text(" ");
  add_options(command, *given);
  command.footer(sim_explanation);
  command.callback([given, &chosen] { chosen = [given] { return run_with(*given); }; });
}

}  // namespace pirn::apps
