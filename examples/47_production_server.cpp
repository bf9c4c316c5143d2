// production server: sockets from systemd, from the server that it replaces, or its own; limits of
// what a client may cost; failures told; an end in order, on SIGTERM or when its successor has
// come.
#include <csignal>

#include <fmt/core.h>
#include <unistd.h>

#include "pirn/pirn.hpp"
#include "pirn/process/calling.hpp"
#include "pirn/process/process.hpp"

namespace net = pirn::net;
using namespace std::chrono_literals;
using sockets = std::vector<net::named_listener>;  // of the service, and for the successor

constexpr net::serve_options limits{
    .grace = 10s, .connections_max = 10'000, .idle_timeout = 1min, .read_timeout = 30s};

void log_failure(const pirn::endpoint& client, const std::exception_ptr& error) {
  fmt::print(stderr, "{}: {}\n", client.to_string(), pirn::describe_exception(error));
}

pirn::task<sockets> open_sockets(std::string at, std::optional<net::tcp_stream>& predecessor) {
  sockets all = net::inherited_listeners();
  if (!all.empty()) co_return all;
  const auto control = pirn::endpoint::parse(at + "-control").value();
  auto found = co_await pirn::as_expected(net::connect(control));
  if (found) {
    predecessor = *std::move(found);
    all = co_await net::take_over(*predecessor);
  } else {
    all.push_back({"service", net::listener(pirn::endpoint::parse(at).value())});
    all.push_back({"control", net::listener(control)});
  }
  co_return all;
}

// A successor that dies before it is ready changes nothing.
pirn::task<> be_replaced(sockets& all) {
  for (;;) {
    auto successor = co_await all.at(1).where.accept();
    if (net::peer_credentials(successor).user_id != ::geteuid()) continue;
    auto handed = co_await pirn::as_expected(net::hand_over(successor, all));
    if (handed) co_return;
    fmt::print(stderr, "not replaced: {}\n", handed.error().message());
  }
}

pirn::task<> serve(std::string name, std::string at) {
  pirn::signal_stream signals(SIGTERM, SIGINT);
  std::optional<net::tcp_stream> predecessor;
  auto all = co_await open_sockets(at, predecessor);
  auto answer = [&name](net::tcp_stream client) -> pirn::task<> {
    while (auto said = co_await client.read()) {
      co_await client.write_all(fmt::format("{} heard {}\n", name, said.text()));
    }
  };
  co_await pirn::with_group([&](pirn::task_group& group) -> pirn::task<> {
    auto serving = group.start(net::serve_on(all.at(0).where, answer, limits, log_failure));
    if (predecessor) co_await net::tell_ready(*predecessor);
    fmt::print("ready\n");  // to who started it
    std::fflush(stdout);
    co_await pirn::race(pirn::to_task(signals.next()), be_replaced(all));
    serving.cancel();  // it takes no more connections, and gives those that it has their grace
  });
}

void serve_in_process(std::string name, std::string at) {
  pirn::run(serve, name, at);
}

// Who administers it puts a new one in the place of an old one, while a client talks to that.
pirn::task<> start(std::deque<pirn::process>& servers, std::string name, std::string at) {
  const auto program = pirn::calling<&serve_in_process>(name, at);
  auto& server = servers.emplace_back(program, pirn::process_options{.output = pirn::stdio::pipe});
  auto ready = co_await server.output().read();
}

pirn::task<> talk(net::tcp_stream& server) {
  co_await server.write_all("warp");
  auto answer = co_await server.read();
  fmt::print("{}", answer.text());
}

pirn::task<> administer() {
  const auto at = fmt::format("unix:@loom-{}", ::getpid());  // or unix:/run/loom
  const auto where = pirn::endpoint::parse(at).value();
  std::deque<pirn::process> servers;
  co_await start(servers, "old", at);
  auto client = co_await net::connect(where);
  co_await talk(client);
  co_await start(servers, "new", at);
  co_await talk(client);  // the old one goes on with whom it has
  client.close();
  auto ended = co_await servers.front().wait();
  fmt::print("{}\n", ended.to_string());

  auto next = co_await net::connect(where);
  co_await talk(next);
  next.close();
  servers.back().signal(SIGTERM);
  ended = co_await servers.back().wait();
  fmt::print("{}\n", ended.to_string());
}

int main(int argc, char** argv) {
  return pirn::run_main(administer, argc, argv);  // in the other processes it serves
}

// Output:
// old heard warp
// old heard warp
// exit status 0
// new heard warp
// exit status 0
