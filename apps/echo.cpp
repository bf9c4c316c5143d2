// pirn echo: sends back what it receives.

#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "announcer.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

struct echo_options {
  std::string address = "127.0.0.1:1600";
  bool udp = false;
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

// What cannot be sent is lost, as datagrams may be; the next ones are not.
task<> echo_datagrams(worker me, endpoint where) {
  net::udp_socket socket(me, where, {.receive_buffer_bytes = 1 << 20});
  announce(me, "echoing datagrams on {}", socket.local().to_string());
  std::vector<outgoing_datagram> answers;
  for (;;) {
    std::span<const net::received_datagram> received = co_await socket.receive_many();
    answers.clear();
    for (const net::received_datagram& each : received) {
      answers.push_back(net::datagram_to(*each.peer, each.bytes));
    }
    try {
      co_await socket.send_many(answers);
    } catch (const std::system_error&) {
    }
  }
}

int run_echo(const echo_options& options) {
  const endpoint where = listening_address(options.address);
  if (!options.udp) {
    run(options.run, serve_echo, where);
  } else if (where.kind() == endpoint::family::unix_path) {
    throw usage_error("--udp needs an IP address, not '" + options.address + "'");
  } else {
    run(options.run, echo_datagrams, where);
  }
  return 0;
}

}  // namespace

void add_echo(CLI::App& program, action& chosen) {
  auto options = std::make_shared<echo_options>();
  CLI::App* command =
      program.add_subcommand("echo", "Send back what each connection, or datagram, brings");
  command
      ->add_option("ADDRESS", options->address,
                   "where to listen: IP:PORT, [IPv6]:PORT or unix:PATH")
      ->option_text("[127.0.0.1:1600]");
  command->add_flag("-u,--udp", options->udp, "echo datagrams instead of connections");
  add_driver_option(*command, options->run);
  add_workers_option(*command, options->run);
  command->footer(
      "Example:\n  pirn echo 127.0.0.1:1600 &  printf 'hello\\n' | nc -N 127.0.0.1 1600");
  command->callback([options, &chosen] { chosen = [options] { return run_echo(*options); }; });
}

}  // namespace pirn::apps
