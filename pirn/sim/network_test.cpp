// Handshakes, names and backlogs.
#include "pirn/sim/network.hpp"

#include <cerrno>

#include "pirn/sim/simulated_test.hpp"

namespace pirn::sim {

namespace {

using accept = simulation_of::accept;
using connect = simulation_of::connect;

virtual_options with_latency(duration latency) {
  return {.network = {.way = {.latency = latency}}};
}

int connect_result(simulation_of& world, const endpoint& remote) {
  connect outgoing(world.driver);
  outgoing.remote = remote;
  return world.carry_out(outgoing);
}

}  // namespace

TEST(network, a_connect_takes_one_round_trip_and_an_accept_one_and_a_half) {
  simulation_of world(with_latency(10ms));
  socket_ptr listener = world.listen();
  accept incoming(world.driver);
  incoming.listener = listener.get();
  world.start(incoming);
  connect outgoing(world.driver);
  outgoing.remote = listener->local();
  EXPECT_EQ(world.carry_out(outgoing), 0);
  EXPECT_EQ(world.finish(incoming), 0);
  EXPECT_EQ(outgoing.ended_at, time_point(20ms));
  EXPECT_EQ(incoming.ended_at, time_point(30ms));
}

TEST(network, a_refusal_takes_one_round_trip) {
  simulation_of world(with_latency(10ms));
  EXPECT_EQ(connect_result(world, endpoint::ipv4({127, 0, 0, 1}, 1)), -ECONNREFUSED);
  EXPECT_EQ(world.elapsed(), 20ms);
  EXPECT_EQ(world.driver.network_statistics().connections, 0U);
}

TEST(network, ports_serve_again_after_their_connections) {
  simulation_of world;
  socket_ptr listener = world.listen();
  for (int i = 0; i < 30'000; ++i) {
    simulation_of::pair ends = world.connect_to(*listener);
    ASSERT_GE(ends.client->local().port(), 32769);
    ASSERT_LE(ends.client->local().port(), 60999);
  }
}

TEST(network, a_client_without_a_free_port_has_no_address) {
  simulation_of world;
  socket_ptr listener = world.listen({.backlog = 30'000});
  std::vector<socket_ptr> connected;
  int result = 0;
  for (;;) {
    connect outgoing(world.driver);
    outgoing.remote = listener->local();
    result = world.carry_out(outgoing);
    if (result != 0) break;
    connected.push_back(std::move(outgoing.connected));
  }
  EXPECT_EQ(result, -EADDRNOTAVAIL);
  EXPECT_EQ(connected.size(), 60999U - 32769U + 1U);
}

TEST(network, both_ends_show_the_same_names) {
  simulation_of world;
  socket_ptr listener = world.listen({}, 80);
  simulation_of::pair ends = world.connect_to(*listener);
  EXPECT_EQ(ends.client->local().to_string(), "127.0.0.1:32768");
  EXPECT_EQ(ends.client->peer(), listener->local());
  EXPECT_EQ(ends.server->local(), listener->local());
  EXPECT_EQ(ends.server->peer(), ends.client->local());
}

TEST(network, a_dual_listener_shows_ipv4_peers_as_ipv6) {
  simulation_of world;
  auto listener = world.driver.listen(endpoint::ipv6({}, 80), {});
  connect outgoing(world.driver);
  outgoing.remote = endpoint::ipv4({10, 0, 0, 1}, 80);
  EXPECT_EQ(world.carry_out(outgoing), 0);
  accept incoming(world.driver);
  incoming.listener = listener->get();
  EXPECT_EQ(world.carry_out(incoming), 0);
  EXPECT_EQ(incoming.peer.to_string(), "[::ffff:10.0.0.1]:32768");
  EXPECT_EQ(incoming.accepted->local().to_string(), "[::ffff:10.0.0.1]:80");
  EXPECT_EQ(outgoing.connected->peer().to_string(), "10.0.0.1:80");
}

TEST(network, connecting_to_the_wildcard_address_means_this_host) {
  simulation_of world;
  socket_ptr listener = world.listen({}, 80);
  EXPECT_EQ(connect_result(world, endpoint::ipv4({}, 80)), 0);
  auto six = world.driver.listen(endpoint::parse("[::1]:81").value(), {});
  EXPECT_EQ(connect_result(world, endpoint::ipv6({}, 81)), 0);
}

TEST(network, a_full_backlog_lets_the_client_ask_again) {
  simulation_of world(with_latency(10ms));
  socket_ptr listener = world.listen({.backlog = 1});  // so two may wait
  std::vector<socket_ptr> connected;
  for (int i = 0; i < 2; ++i) {
    connect outgoing(world.driver);
    outgoing.remote = listener->local();
    EXPECT_EQ(world.carry_out(outgoing), 0);
    connected.push_back(std::move(outgoing.connected));
  }
  world.settle();
  connect third(world.driver);
  third.remote = listener->local();
  const time_point begun = world.driver.now();
  world.start(third);
  world.pass(500ms);
  EXPECT_FALSE(third.ended);
  accept incoming(world.driver);
  incoming.listener = listener.get();
  EXPECT_EQ(world.carry_out(incoming), 0);
  EXPECT_EQ(world.finish(third), 0);
  EXPECT_EQ(third.ended_at, begun + 1s + 20ms);
}

TEST(network, a_backlog_that_stays_full_times_out) {
  simulation_of world(with_latency(10ms));
  socket_ptr listener = world.listen({.backlog = 0});
  connect first(world.driver);
  first.remote = listener->local();
  EXPECT_EQ(world.carry_out(first), 0);
  const time_point begun = world.driver.now();
  EXPECT_EQ(connect_result(world, listener->local()), -ETIMEDOUT);
  EXPECT_GE(world.driver.now(), begun + 127s);
  EXPECT_LT(world.driver.now(), begun + 128s);
}

TEST(network, a_connect_can_be_cancelled_at_every_step) {
  for (duration wait : {0ms, 5ms, 10ms, 15ms, 500ms}) {
    for (int backlog : {0, 1}) {  // so that one or two may wait
      simulation_of world(with_latency(10ms));
      socket_ptr listener = world.listen({.backlog = backlog});
      connect fills(world.driver);
      fills.remote = listener->local();
      EXPECT_EQ(world.carry_out(fills), 0);
      connect cancelled(world.driver);
      cancelled.remote = listener->local();
      world.start(cancelled);
      world.pass(wait);
      if (cancelled.ended) continue;
      EXPECT_EQ(world.driver.cancel(cancelled), cancel_answer::gone);
      world.settle();
      EXPECT_FALSE(cancelled.ended);
      EXPECT_EQ(cancelled.connected, nullptr);
      EXPECT_EQ(world.driver.network_statistics().connections, 1U);
      const time_point before = world.driver.now();
      if (backlog == 0) continue;
      EXPECT_EQ(connect_result(world, listener->local()), 0);
      EXPECT_EQ(world.driver.now() - before, 20ms) << "its place is free again";
    }
  }
}

TEST(network, a_listener_that_closes_resets_those_in_its_backlog) {
  for (duration wait : {5ms, 15ms, 25ms, 100ms}) {  // before and after each step of the handshake
    simulation_of world(with_latency(10ms));
    socket_ptr listener = world.listen();
    connect outgoing(world.driver);
    outgoing.remote = listener->local();
    world.start(outgoing);
    world.pass(wait);
    listener.reset();
    if (wait == 5ms) {
      EXPECT_EQ(world.finish(outgoing), -ECONNREFUSED);
      continue;
    }
    EXPECT_EQ(world.finish(outgoing), 0);
    EXPECT_EQ(world.receive_result(*outgoing.connected), -ECONNRESET);
  }
}

TEST(network, a_client_that_is_gone_before_its_accept_is_accepted_and_read_to_its_end) {
  simulation_of world;
  socket_ptr listener = world.listen();
  {
    connect outgoing(world.driver);
    outgoing.remote = listener->local();
    EXPECT_EQ(world.carry_out(outgoing), 0);
    world.send_now(*outgoing.connected, "bye");
  }
  world.settle();
  accept incoming(world.driver);
  incoming.listener = listener.get();
  EXPECT_EQ(world.carry_out(incoming), 0);
  EXPECT_EQ(world.receive_all(*incoming.accepted), "bye");
}

TEST(network, unix_sockets_have_names_only_on_the_listening_side) {
  simulation_of world({.network = {.way = {.latency = 1h}, .local_way = {.latency = 1us}}});
  for (std::string_view name : {std::string_view("/run/x"), std::string_view("\0abstract", 9)}) {
    const endpoint at = endpoint::unix_socket(name);
    auto listener = world.driver.listen(at, {});
    ASSERT_TRUE(listener);
    EXPECT_EQ(world.driver.listen(at, {}).error(), std::errc::address_in_use);
    simulation_of::pair ends = world.connect_to(**listener);
    EXPECT_EQ(ends.client->peer(), at);
    EXPECT_EQ(ends.client->local(), endpoint());
    EXPECT_EQ(ends.server->peer(), endpoint());
    EXPECT_EQ(ends.server->local(), at);
    world.send_now(*ends.client, "hello");
    EXPECT_EQ(world.receive_once(*ends.server), "hello");
  }
  EXPECT_LT(world.elapsed(), 1ms);
}

TEST(network, a_unix_connect_fails_as_linux_does) {
  simulation_of world;
  EXPECT_EQ(connect_result(world, endpoint::unix_socket("/nobody")), -ENOENT);
  EXPECT_EQ(connect_result(world, endpoint::unix_socket({"\0nobody", 7})), -ECONNREFUSED);
  auto listener = world.driver.listen(endpoint::unix_socket("/busy"), {.backlog = 0});
  connect first(world.driver);
  first.remote = endpoint::unix_socket("/busy");
  EXPECT_EQ(world.carry_out(first), 0);
  EXPECT_EQ(connect_result(world, endpoint::unix_socket("/busy")), -EAGAIN);
}

TEST(network, connections_share_the_bandwidth_of_their_way) {
  simulation_of world(
      {.network = {.way = {.latency = 1ms, .bandwidth_bytes_per_second = 1'000'000}}});
  socket_ptr listener = world.listen();
  simulation_of::pair one = world.connect_to(*listener);
  simulation_of::pair two = world.connect_to(*listener);
  const time_point begun = world.driver.now();
  world.send_now(*one.client, pattern(10'000));
  world.send_now(*two.client, pattern(10'000));
  EXPECT_EQ(world.receive_all(*one.server, 10'000).size(), 10'000U);
  EXPECT_EQ(world.driver.now() - begun, 10ms + 1ms);
  EXPECT_EQ(world.receive_all(*two.server, 10'000).size(), 10'000U);
  EXPECT_EQ(world.driver.now() - begun, 20ms + 1ms);
}

TEST(network, ten_thousand_connections_talk_and_leave_nothing) {
  constexpr std::size_t count = 10'000;
  simulation_of world(with_latency(1ms));
  socket_ptr listener = world.listen({.backlog = count});
  std::vector<std::unique_ptr<connect>> outgoing;
  for (std::size_t i = 0; i < count; ++i) {
    outgoing.push_back(std::make_unique<connect>(world.driver));
    outgoing.back()->remote = listener->local();
    world.start(*outgoing.back());
  }
  world.settle();
  EXPECT_EQ(world.elapsed(), 3ms);
  std::vector<socket_ptr> accepted;
  for (std::size_t i = 0; i < count; ++i) {
    accept incoming(world.driver);
    incoming.listener = listener.get();
    ASSERT_EQ(world.carry_out(incoming), 0);
    accepted.push_back(std::move(incoming.accepted));
    world.send_now(*accepted.back(), "hello");
  }
  for (auto& each : outgoing) ASSERT_EQ(world.receive_once(*each->connected), "hello");
  EXPECT_EQ(world.driver.network_statistics().connections, count);
  outgoing.clear();
  accepted.clear();
  world.settle();
  EXPECT_EQ(world.driver.network_statistics().connections, 0U);
  EXPECT_EQ(world.driver.network_statistics().packet_memories, 0U);
}

}  // namespace pirn::sim
