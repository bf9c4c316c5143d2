// pirn serve: a directory over HTTP.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "announcer.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "listening.hpp"
#include "pirn/run/run.hpp"
#include "serve_session.hpp"
#include "tls_options.hpp"

namespace pirn::apps {

namespace {

constexpr const char* serve_explanation =
    R"(It knows ranges, entity tags and dates of change, and serves nothing outside of the directory,
by links or otherwise. Ctrl-C or SIGTERM ends it; answers under way are given five seconds. Started
with a socket by systemd (LISTEN_FDS), it serves on that; it tells systemd that it is ready
(Type=notify).

Examples:
  pirn serve public                 on http://127.0.0.1:8000/
  pirn serve -b 127.0.0.1:0 -q .    on a free port, which it prints, without a log
  pirn serve --tls-cert site.pem    on https://127.0.0.1:8000/)";

struct serve_options {
  serve_plan plan;
  std::string address = "127.0.0.1:8000";
  bool quiet = false;
  tls_server_files tls;
  server_limits limits{.idle_s = 75};
  run_options run;
};

task<> serve_and_announce(worker me, const serve_plan& plan, const serve_log& log,
                          const listening_place& where) {
  net::listener listening = where.listen(me);
  announce(me, "serving {} on {}://{}/", plan.directory, plan.secure ? "https" : "http",
           listening.local().to_string());
  task<> serving = serve_directory(listening, plan, log);
  co_await serve_and_announce_end(std::move(me), std::move(serving));
}

int run_serve(serve_options given) {
  const listening_place where(given.address);
  serve_plan& plan = given.plan;
  std::error_code error;
  if (!std::filesystem::is_directory(plan.directory, error)) {
    if (!error) error = std::make_error_code(std::errc::not_a_directory);
    throw std::system_error(error, "serve " + plan.directory);
  }
  plan.http.connections_max = given.limits.connections_max;
  plan.http.idle_timeout = given.limits.idle_s == 0 ? forever : given.limits.idle_timeout();
  plan.secure = server_context(given.tls, http_protocols);
  serve_log log{.requests = write_to_standard_error, .failures = write_to_standard_error};
  if (given.quiet) log.requests = nullptr;
  run(given.run, serve_and_announce, std::cref(plan), std::cref(log), std::cref(where));
  return 0;
}

}  // namespace

void add_serve(CLI::App& program, action& chosen) {
  auto options = std::make_shared<serve_options>();
  CLI::App* command = program.add_subcommand("serve", "Serve a directory over HTTP or HTTPS");
  command->add_option("DIR", options->plan.directory, "the directory")->option_text("[.]");
  command
      ->add_option("-b,--bind", options->address,
                   "where to listen: IP:PORT or [IPv6]:PORT; port 0 takes a free one")
      ->option_text("ADDRESS [127.0.0.1:8000]");
  command->add_flag("--list,!--no-list", options->plan.list,
                    "answer a directory without index.html with a list (default), or 404");
  command->add_flag("-q,--quiet", options->quiet, "do not log requests");
  add_tls_server_options(*command, options->tls);
  command->add_flag("--behind-proxy", options->plan.http.behind_proxy,
                    "connections begin with a PROXY header; log whom it names");
  add_limit_options(*command, options->limits);
  add_driver_option(*command, options->run);
  add_workers_option(*command, options->run);
  command->footer(serve_explanation);
  command->callback([options, &chosen] { chosen = [options] { return run_serve(*options); }; });
}

}  // namespace pirn::apps
