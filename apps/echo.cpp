// pirn echo: sends back what it receives.

#include <memory>

#include "announcer.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "pirn/net/server.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

struct echo_options {
  std::string address = "127.0.0.1:1600";
  run_options run;
};

task<> echo(net::tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (!chunk) co_return;
    co_await peer.write_all(chunk);
  }
}

task<> serve_echo(worker me, endpoint where) {
  net::listener listening(me, where);
  announce(me, "echoing on {}", listening.local().to_string());
  co_await net::serve_on(listening, echo);
}

int run_echo(const echo_options& options) {
  run(options.run, serve_echo, listening_address(options.address));
  return 0;
}

}  // namespace

void add_echo(CLI::App& program, action& chosen) {
  auto options = std::make_shared<echo_options>();
  CLI::App* command = program.add_subcommand("echo", "Send back what each connection sends");
  command
      ->add_option("ADDRESS", options->address,
                   "where to listen: IP:PORT, [IPv6]:PORT or unix:PATH")
      ->option_text("[127.0.0.1:1600]");
  add_driver_option(*command, options->run);
  add_workers_option(*command, options->run);
  command->footer(
      "Example:\n  pirn echo 127.0.0.1:1600 &  printf 'hello\\n' | nc -N 127.0.0.1 1600");
  command->callback([options, &chosen] { chosen = [options] { return run_echo(*options); }; });
}

}  // namespace pirn::apps
