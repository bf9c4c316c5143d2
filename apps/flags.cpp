// pirn flags: the flags of the world in six styles of programming, from a site of its own.

#include <algorithm>
#include <cctype>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "command.hpp"
#include "country_names.hpp"
#include "driver_option.hpp"
#include "flag_codes.hpp"
#include "flag_session.hpp"
#include "pirn/http/url.hpp"
#include "ranks.hpp"

namespace pirn::apps {

namespace {

constexpr const char* flags_examples =
    R"(Styles: sequential asks for one flag after the other; threads has a pool of threads that block;
futures has that pool too, and takes what it has submitted as it is completed; processes does so
with a pool of processes, or with the ranks of mpirun; async has one loop, a task for each flag, and
a semaphore; virtual is the async style with its site on virtual time: no waiting, no kernel
sockets, the same tasks.

Sites: LOCAL answers after --delay; DELAY after 0.5 s; ERROR answers a quarter of the requests 503
and half of them after 0.5 s; REMOTE is the one at --base-url. All but REMOTE are served by the
command itself from Debian's famfamfam-flag-gif; --delay and --error-rate change their manners.

Exit status: 0; 1 when a flag could not be fetched or stored for another reason than the site's
answer, or when the styles' files differ; 2 for wrong arguments; 130 after Ctrl-C, 143 after
SIGTERM.

Examples:
  pirn flags                            the 20 most populous countries, in all styles
  pirn flags B BR --style async -v      BA to BZ, asynchronously, each with what became of it
  pirn flags -e -m 100 --style threads  AA to ZZ over a hundred threads
  pirn flags -a --delay 5 --style virtual   four minutes of waiting in milliseconds
  pirn flags -s ERROR --json            what happened, for programs)";

struct flag_arguments {
  std::vector<std::string> codes;
  bool all = false;
  bool every = false;
  long long limit = std::numeric_limits<long long>::max();
  std::optional<long long> connections;
  std::string server = "LOCAL";
  std::string base_url;
  std::string style = "all";
  std::string executor = "processes";
  std::optional<double> delay_s;
  std::optional<double> error_rate;
  flag_plan plan;
};

constexpr std::string_view server_labels[] = {"DELAY", "ERROR", "LOCAL", "REMOTE"};

duration seconds(double count) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(count));
}

void check_ranges(const flag_arguments& given) {
  if (given.connections && *given.connections < 1) throw usage_error("--max-req N must be >= 1");
  if (given.limit < 1) throw usage_error("--limit N must be >= 1");
  constexpr double delay_max_s = 1e6;
  if (given.delay_s && !(*given.delay_s >= 0 && *given.delay_s <= delay_max_s)) {
    throw usage_error("--delay S must be from 0 to 1000000");
  }
  if (given.error_rate && !(*given.error_rate >= 0 && *given.error_rate <= 1)) {
    throw usage_error("--error-rate R must be from 0 to 1");
  }
}

site_manners manners_of(const flag_arguments& given) {
  site_manners manners{.seed = given.plan.manners.seed};
  if (given.plan.label == "LOCAL") {
    manners.delay = std::chrono::milliseconds(100);
  } else if (given.plan.label == "DELAY") {
    manners.delay = std::chrono::milliseconds(500);
  } else if (given.plan.label == "ERROR") {
    manners.delay = std::chrono::milliseconds(500);
    manners.delayed_share = 0.5;
    manners.error_rate = 0.25;
  }
  if (given.delay_s) manners.delay = seconds(*given.delay_s);
  if (given.error_rate) manners.error_rate = *given.error_rate;
  return manners;
}

std::string remote_url(std::string text) {
  if (text.empty()) throw usage_error("--server REMOTE needs --base-url URL");
  try {
    http::url::parse(text);
  } catch (const std::system_error& error) {
    throw usage_error(std::string("--base-url: ") + error.what());
  }
  while (text.ends_with('/')) text.pop_back();
  return text;
}

// What nobody would look at is a mistake of the user's.
void refuse_ignored(const flag_arguments& given) {
  const bool has_manners = given.delay_s || given.error_rate;
  if (given.plan.label == "REMOTE" && has_manners) {
    throw usage_error(std::string(given.delay_s ? "--delay" : "--error-rate") +
                      " is for our own site, not for --server REMOTE");
  }
  const bool has_processes = given.style == "processes" || given.style == "all";
  if (given.executor == "mpi" && !has_processes) {
    throw usage_error("--executor mpi is for --style processes, not for --style " + given.style);
  }
}

// A site elsewhere cannot be reached on virtual time.
std::vector<flag_style> styles_of(const flag_arguments& given) {
  const bool is_remote = given.plan.label == "REMOTE";
  std::vector<flag_style> styles;
  for (flag_style each : all_flag_styles) {
    const bool is_wanted = given.style == "all" || given.style == to_string(each);
    if (is_wanted && !(is_remote && each == flag_style::virtual_time)) styles.push_back(each);
  }
  if (styles.empty()) throw usage_error("--style virtual has its own site: not --server REMOTE");
  return styles;
}

int run_with(flag_arguments given) {
  flag_plan& plan = given.plan;
  check_ranges(given);
  plan.label = given.server;
  for (char& c : plan.label) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (std::ranges::find(server_labels, plan.label) == std::end(server_labels)) {
    throw usage_error("--server LABEL must be one of DELAY, ERROR, LOCAL, REMOTE");
  }
  const bool is_remote = plan.label == "REMOTE";
  if (is_remote) {
    plan.base_url = remote_url(given.base_url);
  } else if (!given.base_url.empty()) {
    throw usage_error("--base-url is for --server REMOTE");
  }
  refuse_ignored(given);
  plan.styles = styles_of(given);
  plan.manners = manners_of(given);
  plan.run.seed = plan.manners.seed;
  if (given.connections) {
    plan.connections = static_cast<unsigned>(std::min(*given.connections, 1'000'000LL));
  }
  const std::vector<std::string> available =
      is_remote ? country_codes() : flag_codes_in(plan.flags_directory);
  plan.codes = choose_codes(
      given.codes, available,
      {.every = given.every, .all = given.all, .limit = static_cast<std::size_t>(given.limit)});
  if (given.executor != "mpi") return run_flags(plan);
  return with_ranks([&plan](auto& ranks) {
    plan.fetch = [&ranks](const flag_order& order, const std::string& code) {
      return ranks.submit(&fetch_flag_blocking, order, code);
    };
    return run_flags(plan);
  });
}

}  // namespace

void add_flags(CLI::App& program, action& chosen) {
  auto given = std::make_shared<flag_arguments>();
  flag_plan& plan = given->plan;
  plan.flags_directory = flags_directory;
  plan.destination = "downloaded";
  CLI::App& command = *program.add_subcommand(
      "flags", "Download flags in six styles, sequential to virtual, and compare them");
  command.add_option("CC", given->codes, "country codes or first letters (B for BA to BZ)")
      ->option_text("...  [the 20 most populous]");
  command.add_flag("-a,--all", given->all, "all flags that there are");
  command.add_flag("-e,--every", given->every, "every code from AA to ZZ");
  command.add_option("-l,--limit", given->limit, "only the first N codes")->option_text("N");
  command
      .add_option("-m,--max-req,--max_req", given->connections,
                  "at most N requests at once; up to 1000, of processes 60")
      ->option_text("N [threads 30, others 5]");
  command.add_option("-s,--server", given->server, "the site: LOCAL, DELAY, ERROR or REMOTE")
      ->option_text("LABEL [LOCAL]");
  command.add_option("--base-url", given->base_url, "REMOTE's address: before /br/br.gif")
      ->option_text("URL");
  command.add_option("--delay", given->delay_s, "seconds before the site answers")
      ->option_text("S [0.1]");
  command.add_option("--error-rate", given->error_rate, "share of requests that it answers 503")
      ->option_text("R [0]");
  command.add_option("--style", given->style, "one of the styles below, or all")
      ->check(CLI::IsMember(
          {"sequential", "threads", "futures", "processes", "async", "virtual", "all"}))
      ->option_text("STYLE [all]");
  command
      .add_option("-x,--executor", given->executor,
                  "whose processes: our own, or mpi, the ranks of mpirun")
      ->check(CLI::IsMember({"processes", "mpi"}))
      ->option_text("NAME [processes]");
  command.add_flag("--with-country", plan.with_country,
                   "ask for the country's name too, and call files Brazil-BR.gif");
  command
      .add_option("-d,--dest", plan.destination,
                  "where files go; with several styles, each has a folder there")
      ->option_text("DIR [downloaded]");
  command.add_option("--flags-dir", plan.flags_directory, "where the site takes its flags from")
      ->option_text("DIR");
  command.add_option("--seed", plan.manners.seed, "of which requests are delayed and which fail")
      ->option_text("N [0]");
  command.add_flag("-v,--verbose", plan.verbose,
                   "a line for each flag, and for each future's state");
  command.add_flag("--json", plan.json, "print one JSON object only");
  add_driver_option(command, plan.run);
  command.footer(flags_examples);
  command.callback([given, &chosen] { chosen = [given] { return run_with(*given); }; });
}

}  // namespace pirn::apps
