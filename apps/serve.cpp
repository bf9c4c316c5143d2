// pirn serve: a directory over HTTP.

#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "command.hpp"
#include "driver_option.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/http/server.hpp"
#include "pirn/http/static_files.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

struct serve_options {
  std::string directory = ".";
  std::string address = "127.0.0.1:8000";
  bool list = true;
  bool quiet = false;
  run_options run;
};

task<> log_request(const http::static_files& files, http::exchange& current) {
  co_await files(current);
  fmt::print(stderr, "{} {} {}\n", current.peer().host(), http::to_string(current.request().method),
             current.request().target);
}

task<> serve_directory(serve_options options, endpoint where) {
  http::static_files files(options.directory, {.list_directories = options.list});
  net::listener listening(where);
  fmt::print("serving {} on http://{}/, press Ctrl-C to stop\n", options.directory,
             listening.local().to_string());
  std::fflush(stdout);
  http::handler answer = [&](http::exchange& current) {
    return options.quiet ? files(current) : log_request(files, current);
  };
  co_await http::serve(
      listening, answer, {}, [](const endpoint& peer, const std::exception_ptr& error) {
        fmt::print(stderr, "{}: {}\n", peer.to_string(), describe_exception(error));
      });
}

int run_serve(const serve_options& options) {
  std::optional<endpoint> where = endpoint::parse(options.address);
  if (!where) throw usage_error("'" + options.address + "' is no address like 127.0.0.1:8000");
  run(options.run, serve_directory, options, *where);
  return 0;
}

}  // namespace

void add_serve(CLI::App& program, action& chosen) {
  auto options = std::make_shared<serve_options>();
  CLI::App* command = program.add_subcommand("serve", "Serve a directory over HTTP");
  command->add_option("DIR", options->directory, "the directory")->capture_default_str();
  command
      ->add_option("--bind,-b", options->address,
                   "where to listen: IP:PORT or [IPv6]:PORT; port 0 takes a free one")
      ->capture_default_str();
  command->add_flag("--list,!--no-list", options->list,
                    "answer a directory without index.html with a list");
  command->add_flag("--quiet,-q", options->quiet, "do not log requests");
  add_driver_option(*command, options->run);
  command->callback([options, &chosen] { chosen = [options] { return run_serve(*options); }; });
}

}  // namespace pirn::apps
