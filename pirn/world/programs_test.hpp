// programs_test: ordinary programs of the library, for the tests of the world.
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

using namespace std::chrono_literals;

/// Says what it hears.
inline task<> echo(net::tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (chunk.empty()) co_return;
    co_await peer.write_all(chunk);
  }
}

inline task<> serve_echo() {
  co_await net::serve(net::any(7), echo);
}

/// What a client saw, and when by its own clock.
struct heard {
  std::vector<std::string> answers;
  std::vector<time_point> moments;
  std::string error;

  std::size_t count() const noexcept { return answers.size(); }
};

/// Says `times` words to the echo on `host`, one every `pause`, and writes the answers down.
inline task<> converse(std::string host, int times, duration pause, heard* into) {
  try {
    net::tcp_stream peer = co_await net::connect(host, 7);
    for (int i = 0; i < times; ++i) {
      if (i > 0) co_await sleep_for(pause);
      co_await peer.write_all(std::to_string(i));
      lease answer = co_await peer.read();
      if (answer.empty()) co_return;
      into->answers.emplace_back(answer.text());
      into->moments.push_back(now());
    }
  } catch (const std::system_error& failed) {
    into->error = failed.code().message();
  }
}

/// Says what it hears, by datagrams.
inline task<> serve_udp_echo() {
  net::udp_socket here(endpoint::ipv4({}, 7));
  std::array<std::byte, 2000> room;
  for (;;) {
    net::datagram_info got = co_await here.receive_from(room);
    co_await here.send_to(std::span<const std::byte>(room).first(got.size_bytes), got.peer);
  }
}

inline std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i < to; ++i) all.push_back(std::to_string(i));
  return all;
}

/// A server named "server" that echoes and a client named "client", 10 ms apart.
struct two_hosts {
  explicit two_hosts(std::uint64_t seed = 0, const sim::link_options& way = {.latency = 10ms})
      : w({.seed = seed, .network = {.way = way}}),
        server(w.add_host("server", "10.0.0.1")),
        client(w.add_host("client", "10.0.0.2")) {
    server.boot(serve_echo);
  }

  world w;
  host& server;
  host& client;
};

}  // namespace pirn
