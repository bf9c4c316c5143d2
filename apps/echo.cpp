// pirn echo: sends back what it receives.

#include <cstdio>
#include <memory>
#include <mutex>

#include <fmt/core.h>

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

task<> serve_echo(endpoint where, bool shared) {
  net::listener listening(where, {.reuse_port = shared});
  static std::once_flag told;
  std::call_once(told, [&] {
    fmt::print("echoing on {}, press Ctrl-C to stop\n", listening.local().to_string());
    std::fflush(stdout);
  });
  co_await net::serve_on(listening, echo);
}

int run_echo(const echo_options& options) {
  endpoint where = listening_address(options.address, options.run);
  run(options.run, serve_echo, where, options.run.workers != 1);
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
