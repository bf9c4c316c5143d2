#include "joined_streams.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <utility>

#include <fmt/core.h>

#include "command.hpp"
#include "pirn/base/printable.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/io/copy.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/server.hpp"
#include "pirn/process/standard_stream.hpp"
#include "pirn/tls/stream.hpp"

namespace pirn::apps {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return port;
}

class joiner {
 public:
  explicit joiner(const joined_plan& plan) : plan_(plan) {}

  task<> run() {
    if (plan_.listen) {
      co_await take();
    } else {
      io::any_stream peer = co_await connect(plan_.near);
      tell("connected to", peer.name());
      co_await join_with_standard(std::move(peer));
    }
  }

 private:
  task<> take() {
    net::listener where(plan_.near.address);
    tell("listening on", where.local().to_string());
    if (plan_.far) {
      auto handle = [this](net::tcp_stream peer) { return pass_on(std::move(peer)); };
      co_await net::serve_on(where, handle, {},
                             [this](const endpoint& peer, const std::exception_ptr& error) {
                               tell(peer.to_string() + ":", describe_exception(error));
                             });
    }
    do {
      net::tcp_stream plain = co_await where.accept();
      std::exception_ptr error;
      try {
        io::any_stream peer = co_await secured(std::move(plain));
        tell("connection from", peer.name());
        co_await join_with_standard(std::move(peer));
      } catch (const std::system_error&) {
        if (!plan_.keep) throw;
        error = std::current_exception();
      }
      if (error) tell("connection:", describe_exception(error));
    } while (plan_.keep);
  }

  task<> pass_on(net::tcp_stream plain) {
    io::any_stream near = co_await secured(std::move(plain));
    io::any_stream far = co_await connect(*plan_.far);
    tell("connection from", near.name() + " to " + far.name());
    const io::forwarded counts = co_await io::forward(near, far);
    tell("end of", fmt::format("{}: {} bytes there, {} back", near.name(), counts.there_bytes,
                               counts.back_bytes));
  }

  // As a server.
  task<io::any_stream> secured(net::tcp_stream plain) {
    if (!plan_.server) co_return io::any_stream(std::move(plain));
    tls::stream made = co_await tls::wrap_server(std::move(plain), *plan_.server);
    co_return io::any_stream(std::move(made));
  }

  task<io::any_stream> connect(const place& to) {
    net::tcp_stream plain = co_await connect_plain(to);
    if (!plan_.client) co_return io::any_stream(std::move(plain));
    tls::stream made = co_await tls::wrap_client(std::move(plain), to.host, *plan_.client);
    co_return io::any_stream(std::move(made));
  }
  static task<net::tcp_stream> connect_plain(const place& to) {
    if (to.address.kind() == endpoint::family::none) return net::connect(to.host, to.port);
    return net::connect(to.address);
  }

  // Ends when the peer has: whether the user will still type something, nobody knows.
  static task<> join_with_standard(io::any_stream peer) {
    standard_stream here;
    auto send = [&]() -> task<> {
      co_await io::copy(here, peer);
      co_await peer.shut_down_writing();
    };
    auto receive = [&](task_group& group) -> task<> {
      child<> sending = group.spawn(send);
      co_await io::copy(peer, here);
      sending.cancel();
    };
    co_await with_group(receive);
  }

  void tell(std::string_view what, const std::string& whom) const {
    if (!plan_.quiet) fmt::print(stderr, "{} {}\n", what, printable(whom));
  }

  const joined_plan& plan_;
};

task<> run_joiner(const joined_plan& plan) {
  joiner running(plan);
  co_await running.run();
}

}  // namespace

std::string place::to_string() const {
  return address.kind() == endpoint::family::none ? fmt::format("{}:{}", host, port)
                                                  : address.to_string();
}

place parse_place(const std::string& text) {
  if (const auto address = endpoint::parse(text)) {
    return {.address = *address, .host = address->host(), .port = address->port()};
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0 && text.find(':') == colon) {
    const auto port = parse_port(std::string_view(text).substr(colon + 1));
    if (port) return {.address = {}, .host = text.substr(0, colon), .port = *port};
  }
  throw usage_error("'" + text + "' is no address: HOST PORT, HOST:PORT, [IPv6]:PORT or unix:PATH");
}

place parse_listening_place(const std::string& text) {
  if (const auto port = parse_port(text)) {
    return {.address = net::loopback(*port), .host = "127.0.0.1", .port = *port};
  }
  place found = parse_place(text);
  if (found.address.kind() == endpoint::family::none) {
    throw usage_error("'" + text +
                      "' is no address to listen on: PORT, IP:PORT, [IPv6]:PORT or unix:PATH");
  }
  return found;
}

int run_joined(const run_options& how, const joined_plan& plan) {
  pirn::run(how, run_joiner, std::cref(plan));
  return 0;
}

}  // namespace pirn::apps
