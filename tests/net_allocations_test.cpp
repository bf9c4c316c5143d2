// Once warm, an echo allocates nothing: not the server, not the client, on any driver; of streams
// and of datagrams.
#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/run/run.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "tests/allocations_test.hpp"

namespace {

using namespace pirn;

class echo_allocations : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, echo_allocations, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> echo(net::tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (!chunk) co_return;
    co_await peer.write_all(chunk);
  }
}

task<> serve(net::listener& where) {
  co_await net::serve_on(where, echo);
}

task<> send_and_receive(net::tcp_stream& peer, std::span<const std::byte> message) {
  co_await peer.write_all(message);
  for (std::size_t missing = message.size(); missing != 0;) {
    lease chunk = co_await peer.read();
    missing -= chunk.size();
  }
}

/// Returns: how often a hundred echoes allocate after a hundred; always 0 under sanitizers, where
/// frames are not used again.
task<std::size_t> allocations_of_echo(std::size_t message_bytes) {
  net::listener where(net::loopback(0));
  std::size_t counted = 0;
  co_await with_group([&](task_group& group) -> task<> {
    child<> server = group.spawn(serve, std::ref(where));
    net::tcp_stream peer = co_await net::connect(where.local());
    const std::vector<std::byte> message(message_bytes);
    for (int i = 0; i < 100; ++i) co_await send_and_receive(peer, message);
    const std::size_t before = allocations;
    for (int i = 0; i < 100; ++i) co_await send_and_receive(peer, message);
    counted = detail::sanitized ? 0 : allocations - before;
    server.cancel();
  });
  co_return counted;
}

task<> serve_datagrams(net::udp_socket& socket) {
  std::array<std::byte, 1500> room{};
  for (;;) {
    const net::datagram_info asked = co_await socket.receive_from(room);
    co_await socket.send_to(std::span(room).first(asked.size_bytes), asked.peer);
  }
}

/// As many datagrams as come, each back to where it came from.
task<> serve_many_datagrams(net::udp_socket& socket) {
  std::array<outgoing_datagram, 64> answers{};
  for (;;) {
    const std::span<const net::received_datagram> all = co_await socket.receive_many();
    for (std::span rest = all; !rest.empty();) {
      const std::size_t count = std::min(rest.size(), answers.size());
      for (std::size_t i = 0; i < count; ++i) answers[i] = {rest[i].bytes, rest[i].peer};
      co_await socket.send_many(std::span(answers).first(count));
      rest = rest.subspan(count);
    }
  }
}

task<> send_and_receive_datagrams(net::udp_socket& socket,
                                  std::span<const outgoing_datagram> questions) {
  co_await socket.send_many(questions);
  for (std::size_t missing = questions.size(); missing != 0;) {
    const std::span<const net::received_datagram> some = co_await socket.receive_many();
    missing -= some.size();
  }
}

/// The same of datagrams, so many at once.
template <class Server>
task<std::size_t> allocations_of_datagrams(Server server, std::size_t at_once) {
  net::udp_socket here(net::loopback(0));
  net::udp_socket there = net::connect_udp(here.local());
  const std::vector<std::byte> message(64);
  const std::vector<outgoing_datagram> questions(at_once, outgoing_datagram{message});
  std::size_t counted = 0;
  co_await with_group([&](task_group& group) -> task<> {
    child<> serving = group.spawn(server, std::ref(here));
    for (int i = 0; i < 100; ++i) co_await send_and_receive_datagrams(there, questions);
    const std::size_t before = allocations;
    for (int i = 0; i < 100; ++i) co_await send_and_receive_datagrams(there, questions);
    counted = detail::sanitized ? 0 : allocations - before;
    serving.cancel();
  });
  co_return counted;
}

TEST_P(echo_allocations, an_echo_of_a_datagram_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of_datagrams(serve_datagrams, 1); }), 0U);
}

TEST_P(echo_allocations, an_echo_of_many_datagrams_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of_datagrams(serve_many_datagrams, 16); }), 0U);
}

TEST_P(echo_allocations, an_echo_of_a_small_message_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of_echo(64); }), 0U);
}

TEST_P(echo_allocations, an_echo_of_a_large_message_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of_echo(100'000); }), 0U);
}

}  // namespace
