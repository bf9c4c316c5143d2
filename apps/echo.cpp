// pirn echo: sends back what it receives.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "announcer.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "listening.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/run/run.hpp"
#include "pirn/tls/stream.hpp"
#include "tls_options.hpp"

namespace pirn::apps {

namespace {

struct echo_options {
  std::string address = "127.0.0.1:1600";
  bool udp = false;
  tls_server_files tls;
  server_limits limits;
  run_options run;
};

/// What each worker is to do.
struct echo_plan {
  listening_place where;
  net::serve_options options;
  std::optional<tls::context> secure;
};

template <class Stream>
task<> echo(Stream& peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (!chunk) co_return;
    co_await peer.write_all(chunk);
  }
}

task<> echo_plainly(net::tcp_stream peer) {
  co_await echo(peer);
}

task<> echo_securely(net::tcp_stream peer, const tls::context& how) {
  tls::stream secured = co_await tls::wrap_server(std::move(peer), how);
  co_await echo(secured);
  co_await secured.shut_down_writing();
}

task<> serve_echo(worker me, const echo_plan& plan) {
  net::listener listening = plan.where.listen(me);
  announce(me, "echoing on {}", listening.local().to_string());
  auto handle = [&](net::tcp_stream peer) { return echo_securely(std::move(peer), *plan.secure); };
  task<> serving = plan.secure ? net::serve_on(listening, handle, plan.options)
                               : net::serve_on(listening, echo_plainly, plan.options);
  co_await serve_and_announce_end(std::move(me), std::move(serving));
}

// What cannot be sent is lost, as datagrams may be; the next ones are not.
task<> echo_datagrams(net::udp_socket& socket) {
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

task<> serve_datagrams(worker me, endpoint where) {
  net::udp_socket socket(me, where, {.receive_buffer_bytes = 1 << 20});
  announce(me, "echoing datagrams on {}", socket.local().to_string());
  co_await serve_and_announce_end(std::move(me), echo_datagrams(socket));
}

int run_echo(const echo_options& options) {
  if (options.udp) {
    const endpoint where = listening_address(options.address);
    if (where.kind() == endpoint::family::unix_path) {
      throw usage_error("--udp needs an IP address, not '" + options.address + "'");
    }
    if (!take_inherited_descriptors().empty()) {
      throw usage_error("--udp cannot take the socket that it was started with (LISTEN_FDS)");
    }
    run(options.run, serve_datagrams, where);
  } else {
    const echo_plan plan{.where = listening_place(options.address),
                         .options = {.connections_max = options.limits.connections_max,
                                     .idle_timeout = options.limits.idle_timeout()},
                         .secure = server_context(options.tls, {})};
    run(options.run, serve_echo, std::cref(plan));
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
  CLI::Option* udp =
      command->add_flag("-u,--udp", options->udp, "echo datagrams instead of connections");
  add_tls_server_options(*command, options->tls);
  add_limit_options(*command, options->limits);
  for (const char* each : {"--tls-cert", "--connections", "--idle"}) {
    command->get_option(each)->excludes(udp);
  }
  add_driver_option(*command, options->run);
  add_workers_option(*command, options->run);
  command->footer(
      "Example:\n  pirn echo 127.0.0.1:1600 &  printf 'hello\\n' | nc -N 127.0.0.1 1600");
  command->callback([options, &chosen] { chosen = [options] { return run_echo(*options); }; });
}

}  // namespace pirn::apps
