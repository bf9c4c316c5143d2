// pirn taxis: a day of taxis, simulated in two styles.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>

#include <fmt/core.h>

#include "blocking_file.hpp"
#include "command.hpp"
#include "executor_option.hpp"
#include "option_checks.hpp"
#include "pirn/run/run.hpp"
#include "taxi_chart.hpp"
#include "taxi_replications.hpp"
#include "taxi_session.hpp"

namespace pirn::apps {

namespace {

constexpr const char* taxis_examples =
    R"(The taxi simulation of the book Fluent Python: taxi I leaves the garage at minute 5 I, makes
2 (I + 1) trips, and goes home. For equal options it prints what the book's program prints.

Styles: generators yield the taxis' events and a queue orders them, as in the book; tasks sleep from
event to event on virtual time.

With --replications it prints means over the days of N seeds in a row. --executor says who
simulates: threads, processes, mpi, the ranks of mpirun, or inline, one after the other.

Exit status: 0; 2 for wrong arguments; 130 after Ctrl-C, 143 after SIGTERM.

Examples:
  pirn taxis --seed 3 --end-time 120                 one day, the same each time
  pirn taxis -s 3 --style tasks --delay 0.1          to look on
  pirn taxis -s 1 --replications 10000 --plot taxis.svg)";

struct taxis_arguments {
  taxi_plan plan;
  std::optional<std::int64_t> seed;
  taxi_show show;
  double delay_s = 0;
  std::int64_t replications = 0;
  executor_option executor;
  std::string plot;
};

// A seed that nobody chose is told, so that the day can be seen again.
std::int64_t seed_by_chance() {
  const auto seed = static_cast<std::int64_t>(std::random_device()());
  fmt::print(stderr, "pirn taxis: seed {}\n", seed);
  return seed;
}

void write_chart(const taxis_arguments& given, const des::tally* ends_of_day) {
  if (given.plot.empty()) return;
  const std::string chart = taxi_chart(given.plan, given.show.style, ends_of_day);
  write_output_blocking(given.plot, chart);
}

void replicate(const taxis_arguments& given) {
  const replication_plan plan{.first = given.plan,
                              .style = given.show.style,
                              .count = given.replications,
                              .executor = given.executor};
  const taxi_statistics days = replicate_taxis(plan);
  const std::string text = given.show.json ? statistics_json(plan, days) : statistics_table(days);
  std::fputs(text.c_str(), stdout);
  write_chart(given, &days.end_of_day);
}

int run_with(taxis_arguments given) {
  check_executor_options(given.executor);
  given.plan.seed = given.seed ? *given.seed : seed_by_chance();
  given.show.delay = std::chrono::round<duration>(std::chrono::duration<double>(given.delay_s));
  if (given.replications > 0) {
    replicate(given);
  } else {
    show_taxi_day(given.plan, given.show);
    write_chart(given, nullptr);
  }
  return 0;
}

void add_day_options(CLI::App& command, taxis_arguments& given) {
  constexpr std::int64_t taxis_max = 30'000;  // numbers that are priorities, too
  constexpr double delay_max_s = 1e6;
  command.add_option("-e,--end-time", given.plan.end_time, "the minute at which the day ends")
      ->option_text("N [180]");
  command.add_option("-t,--taxis", given.plan.taxis, "how many taxis")
      ->check(CLI::Range(std::int64_t{0}, taxis_max))
      ->option_text("N [3]");
  command.add_option("-s,--seed", given.seed, "of the random numbers; otherwise by chance")
      ->option_text("N");
  command.add_option("-d,--delay", given.delay_s, "seconds to wait after each event")
      ->check(seconds_from(0, delay_max_s))
      ->option_text("S [0]");
  command
      .add_option_function<std::string>(
          "--style",
          [&given](const std::string& name) {
            given.show.style = name == "tasks" ? taxi_style::tasks : taxi_style::generators;
          },
          "how it is written: generators or tasks")
      ->check(CLI::IsMember({"generators", "tasks"}))
      ->option_text("STYLE [generators]");
}

void add_replication_options(CLI::App& command, taxis_arguments& given) {
  constexpr std::int64_t replications_max = 1'000'000'000;
  CLI::Option* replications =
      command.add_option("-n,--replications", given.replications, "the days of N seeds, summed up")
          ->check(CLI::Range(std::int64_t{1}, replications_max))
          ->option_text("N");
  add_executor_options(command, given.executor, "who simulates");
  for (const char* each : {"--executor", "--jobs"}) command.get_option(each)->needs(replications);
  command.get_option("--delay")->excludes(replications);
}

}  // namespace

void add_taxis(CLI::App& program, action& chosen) {
  auto given = std::make_shared<taxis_arguments>();
  CLI::App& command =
      *program.add_subcommand("taxis", "Simulate a day of taxis, as generators or as tasks");
  add_day_options(command, *given);
  add_replication_options(command, *given);
  command.add_option("--plot", given->plot, "draw the day as a Gantt chart, an SVG file")
      ->check(not_empty)
      ->option_text("FILE");
  command.add_flag("--json", given->show.json, "print JSON lines, or with -n one object");
  command.footer(taxis_examples);
  command.callback([given, &chosen] { chosen = [given] { return run_with(*given); }; });
}

}  // namespace pirn::apps
