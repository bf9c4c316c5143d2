// pirn serve: a directory over HTTP.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "announcer.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "listening.hpp"
#include "pirn/base/printable.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/http/server.hpp"
#include "pirn/http/static_files.hpp"
#include "pirn/run/run.hpp"
#include "tls_options.hpp"

namespace pirn::apps {

namespace {

constexpr const char* explanation =
    R"(It knows ranges, entity tags and dates of change, and serves nothing outside of the directory,
by links or otherwise. Ctrl-C or SIGTERM ends it; answers under way are given five seconds. Started
with a socket by systemd (LISTEN_FDS), it serves on that; it tells systemd that it is ready
(Type=notify).

Examples:
  pirn serve public                 on http://127.0.0.1:8000/
  pirn serve -b 127.0.0.1:0 -q .    on a free port, which it prints, without a log
  pirn serve --tls-cert site.pem    on https://127.0.0.1:8000/)";

struct serve_options {
  std::string directory = ".";
  std::string address = "127.0.0.1:8000";
  bool list = true;
  bool quiet = false;
  bool behind_proxy = false;
  tls_server_files tls;
  server_limits limits{.idle_s = 75};
  run_options run;
};

void log(const http::exchange& current, bool ended) {
  const bool cut_short = current.answered() && !ended;
  const int code = to_int(current.answered().value_or(http::status::internal_server_error));
  fmt::print(stderr, "{} {} {} {}{}\n", printable(current.peer().host()),
             http::to_string(current.request().method), current.request().target, code,
             cut_short ? " (cut short)" : "");
}

task<> log_request(const http::static_files& files, http::exchange& current) {
  bool ended = false;
  const scope_exit line([&] { log(current, ended); });  // also when the client does not wait for it
  co_await files(current);
  ended = true;
}

/// What each worker is to do.
struct serve_plan {
  const serve_options& options;
  listening_place where;
  std::optional<tls::context> secure;
};

http::server_options http_options(const serve_options& given) {
  http::server_options options;
  options.behind_proxy = given.behind_proxy;
  options.connections_max = given.limits.connections_max;
  options.idle_timeout = given.limits.idle_s == 0 ? forever : given.limits.idle_timeout();
  return options;
}

task<> serve_directory(worker me, const serve_plan& plan) {
  const serve_options& options = plan.options;
  const std::optional<tls::context>& secure = plan.secure;
  http::static_files files(options.directory, {.list_directories = options.list});
  net::listener listening = plan.where.listen(me);
  announce(me, "serving {} on {}://{}/", options.directory, secure ? "https" : "http",
           listening.local().to_string());
  http::handler answer = [&](http::exchange& current) {
    return options.quiet ? files(current) : log_request(files, current);
  };
  net::failure_sink failures = [](const endpoint& peer, const std::exception_ptr& error) {
    fmt::print(stderr, "{}: {}\n", printable(peer.to_string()), describe_exception(error));
  };
  const http::server_options how = http_options(options);
  task<> serving = secure ? http::serve_tls(listening, *secure, answer, how, failures)
                          : http::serve(listening, answer, how, failures);
  co_await serve_and_announce_end(std::move(me), std::move(serving));
}

int run_serve(const serve_options& options) {
  listening_place where(options.address);
  std::error_code error;
  if (!std::filesystem::is_directory(options.directory, error)) {
    if (!error) error = std::make_error_code(std::errc::not_a_directory);
    throw std::system_error(error, "serve " + options.directory);
  }
  const serve_plan plan{.options = options,
                        .where = std::move(where),
                        .secure = server_context(options.tls, http_protocols)};
  run(options.run, serve_directory, std::cref(plan));
  return 0;
}

}  // namespace

void add_serve(CLI::App& program, action& chosen) {
  auto options = std::make_shared<serve_options>();
  CLI::App* command = program.add_subcommand("serve", "Serve a directory over HTTP or HTTPS");
  command->add_option("DIR", options->directory, "the directory")->option_text("[.]");
  command
      ->add_option("-b,--bind", options->address,
                   "where to listen: IP:PORT or [IPv6]:PORT; port 0 takes a free one")
      ->option_text("ADDRESS [127.0.0.1:8000]");
  command->add_flag("--list,!--no-list", options->list,
                    "answer a directory without index.html with a list (default), or 404");
  command->add_flag("-q,--quiet", options->quiet, "do not log requests");
  add_tls_server_options(*command, options->tls);
  command->add_flag("--behind-proxy", options->behind_proxy,
                    "connections begin with a PROXY header; log whom it names");
  add_limit_options(*command, options->limits);
  add_driver_option(*command, options->run);
  add_workers_option(*command, options->run);
  command->footer(explanation);
  command->callback([options, &chosen] { chosen = [options] { return run_serve(*options); }; });
}

}  // namespace pirn::apps
