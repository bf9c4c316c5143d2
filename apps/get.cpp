// pirn get: downloads many URLs.

#include <memory>

#include "command.hpp"
#include "driver_option.hpp"
#include "get_session.hpp"

namespace pirn::apps {

namespace {

constexpr const char* get_explanation =
    R"(A file is called after the last part of its URL's path, and appears under its name once it is whole;
until then there is NAME.part. A connection that breaks is tried again, and goes on where it broke
if the server allows that (ranges, with an entity tag or a date to know that the file is the same).
After Ctrl-C or SIGTERM such a part stays, with NAME.part.info beside it, and the next run goes on
with it.

Tried again: broken connections, time-outs, bodies that were cut short, and the statuses 408, 429,
500, 502, 503 and 504; after --retry-wait, then twice as long, and so on, or as Retry-After says.

Exit status: 0 when every URL was downloaded; 1 when not; 2 for wrong arguments; 130 after Ctrl-C,
143 after SIGTERM.

Examples:
  pirn get http://localhost:8000/a.iso https://localhost:8443/b.iso
  pirn get -i urls.txt -o files -j 50        from a file, fifty at once
  grep -o 'http://[^"]*' page | pirn get -i -   from a pipe, as they come
  pirn get --json -i urls.txt | jq .failed   for programs)";

struct get_arguments {
  get_plan plan;
  long long parallel = 20;
  long long per_host = 6;
  long long retries = 3;
  double silence_s = 30;
  double connect_s = 10;
  double retry_wait_s = 0.25;
  double retry_wait_max_s = 60;
  bool json = false;
  bool quiet = false;
};

std::size_t checked_count(long long count, long long least, long long most, const char* option) {
  if (count >= least && count <= most) return static_cast<std::size_t>(count);
  throw usage_error(std::string(option) + " must be from " + std::to_string(least) + " to " +
                    std::to_string(most));
}

duration checked_seconds(double count, const char* option) {
  constexpr double most = 1e6;
  if (!(count >= 0 && count <= most)) {
    throw usage_error(std::string(option) + " S must be from 0 to 1000000");
  }
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(count));
}

int run_with(get_arguments given) {
  constexpr long long connections_most = 10'000;
  constexpr long long retries_most = 1'000;
  get_plan& plan = given.plan;
  if (plan.urls.empty() && plan.input.empty()) {
    throw usage_error("no URL, and no --input FILE to read some from");
  }
  if (given.json && given.quiet) throw usage_error("--json and --quiet exclude each other");
  plan.parallel_max = checked_count(given.parallel, 1, connections_most, "--jobs N");
  plan.per_host_max = checked_count(given.per_host, 1, connections_most, "--per-host N");
  plan.retries.retries_max =
      static_cast<unsigned>(checked_count(given.retries, 0, retries_most, "--retries N"));
  plan.silence_max = checked_seconds(given.silence_s, "--timeout");
  plan.connect_max = checked_seconds(given.connect_s, "--connect-timeout");
  plan.retries.first_wait = checked_seconds(given.retry_wait_s, "--retry-wait");
  plan.retries.wait_max = checked_seconds(given.retry_wait_max_s, "--retry-wait-max");
  if (given.json) plan.form = report_form::json;
  if (given.quiet) plan.form = report_form::quiet;
  return run_get(plan);
}

void add_limits(CLI::App& command, get_arguments& given) {
  command.add_option("-j,--jobs", given.parallel, "at most N downloads at once")
      ->option_text("N [20]");
  command.add_option("--per-host", given.per_host, "at most N at once from one host")
      ->option_text("N [6]");
  command.add_option("--timeout", given.silence_s, "how long a server may say nothing")
      ->option_text("S [30]");
  command.add_option("--connect-timeout", given.connect_s, "how long connecting may take")
      ->option_text("S [10]");
  command.add_option("--retries", given.retries, "how often a download is tried again")
      ->option_text("N [3]");
  command.add_option("--retry-wait", given.retry_wait_s, "seconds before the first of them")
      ->option_text("S [0.25]");
  command
      .add_option("--retry-wait-max", given.retry_wait_max_s,
                  "the longest wait; who is asked to wait longer fails")
      ->option_text("S [60]");
}

}  // namespace

void add_get(CLI::App& program, action& chosen) {
  auto given = std::make_shared<get_arguments>();
  get_plan& plan = given->plan;
  CLI::App& command = *program.add_subcommand("get", "Download many URLs at once");
  command.add_option("URL", plan.urls, "what to download")->option_text("...");
  command.add_option("-i,--input", plan.input, "more URLs, one a line; - is standard input")
      ->option_text("FILE");
  command.add_option("-o,--output-dir", plan.directory, "where the files go; made if need be")
      ->option_text("DIR [.]");
  add_limits(command, *given);
  add_tls_client_options(command, plan.trust);
  command.add_flag("--fail-early", plan.fail_early, "give up the rest after the first failure");
  command.add_flag("--keep-partial", plan.keep_partial,
                   "keep what arrived of a failed download, for a later run to go on with");
  command.add_flag("--sync", plan.sync,
                   "a file that is reported ok is on the disk, even if the power fails");
  command.add_flag("--json", given->json, "print one JSON object instead of lines");
  command.add_flag("-q,--quiet", given->quiet, "print failures only, on standard error");
  plan.run.blocking_threads =
      4;  // name look-ups and small files: more only get in each other's way
  add_driver_option(command, plan.run);
  command.footer(get_explanation);
  command.callback([given, &chosen] { chosen = [given] { return run_with(*given); }; });
}

}  // namespace pirn::apps
