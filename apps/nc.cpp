// pirn nc: standard input and output as one end of a connection; or two connections, joined.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "command.hpp"
#include "driver_option.hpp"
#include "joined_datagrams.hpp"
#include "joined_streams.hpp"
#include "pirn/run/run.hpp"
#include "tls_options.hpp"

namespace pirn::apps {
namespace {

constexpr const char* nc_explanation =
    R"(What comes from standard input is sent, what is received goes to standard output. The end of the
input is passed on, and the other end may go on sending. The connection's end is nc's.

An ADDRESS is HOST PORT, HOST:PORT, [IPv6]:PORT or unix:PATH; where to listen also PORT alone.

Examples:
  printf 'GET / HTTP/1.0\r\n\r\n' | pirn nc localhost 8000
  pirn nc --tls localhost 8443                  with certificate and host name checked
  echo ping | pirn nc -u localhost 1600         a datagram, and what comes back within a second
  pirn nc -l 1600 > file                        takes one connection
  pirn nc -l 8080 --proxy example.org:80        joins each connection to one of its own
  pirn nc -l 8443 --tls-cert site.pem --proxy localhost:8000      TLS before a plain server)";

struct nc_options {
  std::vector<std::string> address;
  bool listen = false;
  bool keep = false;
  bool udp = false;
  bool quiet = false;
  std::string proxy;
  bool tls = false;
  tls_server_files server_tls;
  tls_trust trust;
  run_options run;
};

// "HOST:PORT" of two words, and of an IPv6 address "[HOST]:PORT".
std::string joined_place(const std::vector<std::string>& words) {
  if (words.size() == 1) return words[0];
  const bool is_ipv6 = words[0].find(':') != std::string::npos && !words[0].starts_with('[');
  return (is_ipv6 ? "[" + words[0] + "]" : words[0]) + ":" + words[1];
}

joined_plan plan_of(const nc_options& given) {
  if (given.address.empty() || given.address.size() > 2) {
    throw usage_error("an ADDRESS: HOST PORT, HOST:PORT or unix:PATH");
  }
  if (!given.listen &&
      (given.keep || !given.proxy.empty() || !given.server_tls.certificate.empty())) {
    throw usage_error("--keep, --proxy and --tls-cert are for --listen");
  }
  if (given.udp &&
      (given.keep || !given.proxy.empty() || given.tls || !given.server_tls.certificate.empty())) {
    throw usage_error("--udp goes with neither --keep nor --proxy nor TLS");
  }
  if (given.tls && given.listen && given.proxy.empty()) {
    throw usage_error("--tls with --listen is for --proxy; --tls-cert speaks TLS as a server");
  }
  joined_plan plan;
  const std::string text = joined_place(given.address);
  plan.near = given.listen ? parse_listening_place(text) : parse_place(text);
  if (given.udp && plan.near.address.kind() == endpoint::family::unix_path) {
    throw usage_error("--udp needs an IP address, not '" + text + "'");
  }
  if (!given.proxy.empty()) plan.far = parse_place(given.proxy);
  plan.listen = given.listen;
  plan.keep = given.keep;
  plan.quiet = given.quiet;
  plan.server = server_context(given.server_tls, {});
  if (given.tls) plan.client = client_context(given.trust, {});
  return plan;
}

}  // namespace

void add_nc(CLI::App& program, action& chosen) {
  auto given = std::make_shared<nc_options>();
  CLI::App& command =
      *program.add_subcommand("nc", "Connect standard input and output, or two peers");
  command.add_option("ADDRESS", given->address, "whom to connect to, or where to listen")
      ->option_text("...");
  command.add_flag("-l,--listen", given->listen, "take a connection instead of making one");
  command.add_flag("-k,--keep", given->keep, "after a connection take the next one");
  command.add_flag("-u,--udp", given->udp, "datagrams instead of a connection");
  command
      .add_option("--proxy", given->proxy,
                  "with --listen: join every connection to a new one to this address")
      ->option_text("ADDRESS");
  CLI::Option* tls = command.add_flag("--tls", given->tls, "speak TLS to whom we connect to");
  add_tls_client_options(command, given->trust);
  for (const char* each : {"--ca-file", "--insecure"}) command.get_option(each)->needs(tls);
  add_tls_server_options(command, given->server_tls);
  command.add_flag("-q,--quiet", given->quiet, "do not tell of connections on standard error");
  add_driver_option(command, given->run);
  command.footer(nc_explanation);
  command.callback([given, &chosen] {
    chosen = [given] {
      const joined_plan plan = plan_of(*given);
      return given->udp ? run_joined_datagrams(given->run, plan) : run_joined(given->run, plan);
    };
  });
}

}  // namespace pirn::apps
