// Bytes in order and in time, windows, and the ways in which a connection ends.
#include "pirn/sim/stream_socket.hpp"

#include <cerrno>

#include "pirn/sim/simulated_test.hpp"

namespace pirn::sim {

namespace {

using receive = simulation_of::receive;
using receive_leased = simulation_of::receive_leased;
using send = simulation_of::send;

virtual_options ten_milliseconds() {
  return {.network = {.way = {.latency = 10ms}}};
}

constexpr std::uint32_t window = 10'000;
constexpr std::uint32_t buffer = 4'000;

/// Ends with a small window and a small send buffer.
virtual_options narrow() {
  return {.network = {.way = {.latency = 10ms},
                      .receive_window_bytes = window,
                      .send_buffer_bytes = buffer}};
}

}  // namespace

TEST(stream_socket, a_message_takes_exactly_the_latency) {
  simulation_of world(ten_milliseconds());
  auto [client, server] = world.connect_pair();
  receive_leased receiving(world.driver);
  receiving.from = server.get();
  world.start(receiving);
  world.pass(3s);
  const time_point sent = world.driver.now();
  EXPECT_EQ(world.send_now(*client, "now"), 0);
  EXPECT_EQ(world.finish(receiving), 3);
  EXPECT_EQ(receiving.ended_at, sent + 10ms);
}

TEST(stream_socket, bandwidth_spreads_bytes_over_time) {
  simulation_of world(
      {.network = {.way = {.latency = 10ms, .bandwidth_bytes_per_second = 1'000'000}}});
  auto [client, server] = world.connect_pair();
  const time_point sent = world.driver.now();
  world.send_now(*client, pattern(100'000));
  EXPECT_EQ(world.receive_once(*server).size(), packet_max_bytes);
  EXPECT_EQ(world.driver.now(), sent + duration(packet_max_bytes * 1000) + 10ms);
  world.receive_all(*server, 100'000 - packet_max_bytes);
  EXPECT_EQ(world.driver.now(), sent + 100ms + 10ms);
}

TEST(stream_socket, bytes_stay_in_order_under_jitter) {
  simulation_of world({.seed = 3, .network = {.way = {.latency = 1ms, .jitter = 20ms}}});
  auto [client, server] = world.connect_pair();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string text = std::to_string(i) + " ";
    world.send_now(*client, text);
    world.pass(100us);
    all += text;
  }
  client.reset();
  EXPECT_EQ(world.receive_all(*server), all);
}

TEST(stream_socket, a_reader_that_does_not_read_stalls_its_sender) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  const std::string text = pattern(100'000);
  slice all = slice_of(text);
  send sending(world.driver);
  sending.to = client.get();
  sending.slices = {&all, 1};
  world.start(sending);
  EXPECT_EQ(sending.sent_bytes, buffer) << "at first the send buffer is full";
  world.settle();
  EXPECT_EQ(sending.sent_bytes, window + buffer) << "then the window is, too";
  EXPECT_FALSE(sending.ended);
  EXPECT_FALSE(world.driver.may_complete(1)) << "nothing moves until somebody reads";
  EXPECT_EQ(world.receive_all(*server, text.size()), text);
  EXPECT_EQ(world.finish(sending), 0);
}

TEST(stream_socket, a_stalled_sender_hears_of_room_one_latency_after_the_read) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  const std::string text = pattern(window + buffer + 1);
  slice all = slice_of(text);
  send sending(world.driver);
  sending.to = client.get();
  sending.slices = {&all, 1};
  world.start(sending);
  world.settle();
  std::string memory(window, '\0');
  receive reading(world.driver);
  reading.from = server.get();
  reading.into = std::as_writable_bytes(std::span(memory));
  const time_point read = world.driver.now();
  EXPECT_EQ(world.carry_out(reading), static_cast<int>(window));
  EXPECT_EQ(world.finish(sending), 0);
  // The window update takes one latency; then what waited leaves, and is acknowledged a round trip
  // later.
  EXPECT_EQ(sending.ended_at, read + 10ms + 20ms);
  client.reset();
  EXPECT_EQ(memory + world.receive_all(*server), text);
}

TEST(stream_socket, bytes_that_wait_for_the_window_leave_when_it_opens_though_their_send_is_over) {
  simulation_of world(
      {.network = {
           .way = {.latency = 10ms}, .receive_window_bytes = 1000, .send_buffer_bytes = 4000}});
  auto [client, server] = world.connect_pair();
  const time_point begun = world.driver.now();
  EXPECT_EQ(world.send_now(*client, pattern(1000)), 0);
  EXPECT_EQ(world.receive_all(*server, 1000), pattern(1000));
  world.pass(5ms);
  EXPECT_EQ(world.send_now(*client, "more"), 0);
  EXPECT_EQ(world.receive_once(*server), "more");
  EXPECT_EQ(world.driver.now(), begun + 30ms);
}

TEST(stream_socket, a_window_and_a_round_trip_limit_the_throughput) {
  simulation_of world({.network = {.way = {.latency = 50ms},
                                   .receive_window_bytes = 64 * 1024,
                                   .send_buffer_bytes = 1 << 20}});
  auto [client, server] = world.connect_pair();
  const std::string text = pattern(640 * 1024);
  const time_point begun = world.driver.now();
  EXPECT_EQ(world.send_now(*client, text), 0) << "the send buffer takes it all";
  EXPECT_EQ(world.receive_all(*server, text.size()), text);
  EXPECT_EQ(world.driver.now() - begun, 9 * 100ms + 50ms) << "ten windows, one a round trip";
}

TEST(stream_socket, windows_of_every_size_carry_everything) {
  for (std::uint32_t size : {1U, 2U, 3U, 7U, 100U, 16383U, 16384U, 16385U, 40000U}) {
    simulation_of world({.network = {.receive_window_bytes = size, .send_buffer_bytes = 5000}});
    auto [client, server] = world.connect_pair();
    const std::string text = pattern(std::min<std::size_t>(50'000, 500 * std::size_t{size}));
    slice all = slice_of(text);
    send sending(world.driver);
    sending.to = client.get();
    sending.slices = {&all, 1};
    world.start(sending);
    EXPECT_EQ(world.receive_all(*server, text.size()), text) << size;
    EXPECT_EQ(world.finish(sending), 0);
  }
}

TEST(stream_socket, options_set_the_buffers) {
  simulation_of world;
  auto [client, server] =
      world.connect_pair({.receive_buffer_bytes = 3000, .send_buffer_bytes = 2000});
  std::size_t taken = 0;
  EXPECT_EQ(world.send_now(*client, pattern(10'000), &taken), -EAGAIN);
  EXPECT_EQ(taken, 2000U);
  world.pass(1s);
  std::size_t more = 0;
  EXPECT_EQ(world.send_now(*client, pattern(10'000), &more), -EAGAIN);
  EXPECT_EQ(more, 2000U);
  world.pass(1s);
  EXPECT_EQ(world.send_now(*client, pattern(10'000), &more), -EAGAIN);
  EXPECT_EQ(taken + 2000 + more, 3000U + 2000U);
}

TEST(stream_socket, a_leased_receive_gathers_small_packets) {
  simulation_of world;
  auto [client, server] = world.connect_pair();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    world.send_now(*client, "message " + std::to_string(i));
    all += "message " + std::to_string(i);
  }
  world.settle();
  EXPECT_EQ(world.receive_once(*server), all);
}

TEST(stream_socket, closing_delivers_what_was_sent_however_long_it_takes) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  const std::string text = pattern(window + buffer);
  std::size_t taken = 0;
  std::size_t sent = 0;
  while (sent < text.size()) {
    world.send_now(*client, std::string_view(text).substr(sent), &taken);
    sent += taken;
    world.pass(1s);
  }
  client.reset();
  world.settle();
  EXPECT_EQ(world.driver.network_statistics().connections, 1U);
  EXPECT_EQ(world.receive_all(*server), text);
  EXPECT_EQ(world.receive_result(*server), 0);
  server.reset();
  world.settle();
  EXPECT_EQ(world.driver.network_statistics().connections, 0U);
}

TEST(stream_socket, a_half_closed_connection_still_carries_the_other_way) {
  simulation_of world;
  auto [client, server] = world.connect_pair();
  world.send_now(*client, "question");
  EXPECT_EQ(client->shut_down_sending(), 0);
  EXPECT_EQ(client->shut_down_sending(), 0);
  EXPECT_EQ(world.send_now(*client, "more"), -EPIPE);
  EXPECT_EQ(world.receive_all(*server), "question");
  EXPECT_EQ(world.send_now(*server, "answer"), 0);
  EXPECT_EQ(world.receive_once(*client), "answer");
  server.reset();
  EXPECT_EQ(world.receive_once(*client), "");
}

TEST(stream_socket, ending_while_a_send_waits_fails_the_send_and_delivers_what_it_had_taken) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  const std::string text = pattern(100'000);
  slice all = slice_of(text);
  send sending(world.driver);
  sending.to = client.get();
  sending.slices = {&all, 1};
  world.start(sending);
  EXPECT_EQ(client->shut_down_sending(), 0);
  EXPECT_FALSE(sending.ended) << "completions come from polls";
  EXPECT_EQ(world.finish(sending), -EPIPE);
  EXPECT_EQ(world.receive_all(*server), text.substr(0, sending.sent_bytes));
}

TEST(stream_socket, closing_with_unread_bytes_resets_the_peer) {
  simulation_of world;
  auto [client, server] = world.connect_pair();
  world.send_now(*client, "never read");
  world.settle();
  world.send_now(*server, "last words");
  server.reset();
  world.settle();
  EXPECT_EQ(world.receive_once(*client), "last words") << "they came before the reset";
  EXPECT_EQ(world.receive_result(*client), -ECONNRESET);
  EXPECT_EQ(world.receive_result(*client), 0);
  EXPECT_EQ(world.send_now(*client, "x"), -EPIPE);
  EXPECT_EQ(client->shut_down_sending(), -ENOTCONN);
}

TEST(stream_socket, a_send_after_a_reset_fails_once_with_it_and_then_with_a_broken_pipe) {
  simulation_of world;
  auto [client, server] = world.connect_pair();
  server->reset_on_close();
  server.reset();
  world.settle();
  EXPECT_EQ(world.send_now(*client, "x"), -ECONNRESET);
  EXPECT_EQ(world.send_now(*client, "x"), -EPIPE);
  EXPECT_EQ(world.receive_result(*client), 0);
}

TEST(stream_socket, bytes_for_a_closed_socket_are_answered_with_a_reset) {
  simulation_of world(ten_milliseconds());
  auto [client, server] = world.connect_pair();
  server.reset();
  world.settle();
  EXPECT_EQ(world.receive_result(*client), 0);
  EXPECT_EQ(world.send_now(*client, "anyone?"), 0) << "nobody knows yet";
  world.pass(19ms);
  EXPECT_EQ(world.send_now(*client, "still?"), 0);
  world.pass(1ms);
  EXPECT_EQ(world.send_now(*client, "anyone?"), -EPIPE) << "a reset after an end is EPIPE";
}

TEST(stream_socket, a_reset_ends_a_receive_and_a_send_that_wait) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  receive_leased receiving(world.driver);
  receiving.from = client.get();
  world.start(receiving);
  const std::string text = pattern(100'000);
  slice all = slice_of(text);
  send sending(world.driver);
  sending.to = client.get();
  sending.slices = {&all, 1};
  world.start(sending);
  world.settle();
  server.reset();  // with a window of unread bytes
  EXPECT_EQ(world.finish(receiving), -ECONNRESET);
  EXPECT_EQ(world.finish(sending), -EPIPE);
  EXPECT_EQ(sending.sent_bytes, window + buffer);
}

TEST(stream_socket, a_reset_on_close_drops_what_is_unsent) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  std::size_t taken = 0;
  world.send_now(*client, pattern(100'000), &taken);
  world.pass(1s);
  std::size_t more = 0;
  world.send_now(*client, pattern(100'000), &more);
  world.settle();
  client->reset_on_close();
  client.reset();
  EXPECT_EQ(taken, buffer);
  world.settle();
  std::string got(window + buffer, '\0');
  receive reading(world.driver);
  reading.from = server.get();
  reading.into = std::as_writable_bytes(std::span(got));
  EXPECT_EQ(world.carry_out(reading), 2 * static_cast<int>(buffer))
      << "it was all within the window";
  EXPECT_EQ(world.receive_result(*server), -ECONNRESET);
  server.reset();
  world.settle();
  EXPECT_EQ(world.driver.network_statistics().connections, 0U);
}

TEST(stream_socket, both_ends_may_close_in_any_order_with_bytes_under_way) {
  for (int order = 0; order < 8; ++order) {
    simulation_of world(narrow());
    auto [client, server] = world.connect_pair();
    world.send_now(*client, pattern(9'000));
    world.send_now(*server, pattern(9'000));
    if ((order & 1) != 0) world.pass(5ms);
    if ((order & 2) != 0) client.reset();
    if ((order & 4) != 0) world.pass(50ms);
    server.reset();
    client.reset();
    world.settle();
    EXPECT_EQ(world.driver.network_statistics().connections, 0U) << order;
    EXPECT_EQ(world.driver.network_statistics().packet_memories, 0U) << order;
  }
}

TEST(stream_socket, a_peer_that_closes_frees_a_closed_sender_that_waited_for_its_window) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  world.send_now(*client, pattern(buffer));
  world.pass(1s);
  world.send_now(*client, pattern(buffer));
  world.pass(1s);
  world.send_now(*client, pattern(buffer));  // its last part does not fit into the window
  world.settle();
  client.reset();
  EXPECT_EQ(world.receive_all(*server, 100).size(), buffer);
  server.reset();
  world.settle();
  EXPECT_EQ(world.driver.network_statistics().connections, 0U);
}

TEST(stream_socket, cancelling_a_send_keeps_what_was_taken_on_its_way) {
  simulation_of world(narrow());
  auto [client, server] = world.connect_pair();
  const std::string text = pattern(100'000);
  slice all = slice_of(text);
  send sending(world.driver);
  sending.to = client.get();
  sending.slices = {&all, 1};
  world.start(sending);
  world.pass(25ms);
  EXPECT_EQ(world.driver.cancel(sending), cancel_answer::gone);
  client.reset();
  EXPECT_EQ(world.receive_all(*server), text.substr(0, sending.sent_bytes));
  EXPECT_FALSE(sending.ended);
}

TEST(stream_socket_death, one_request_of_a_kind_at_a_time) {
  simulation_of world;
  simulation_of::pair ends = world.connect_pair();
  receive_leased first(world.driver);
  first.from = ends.server.get();
  receive_leased second(world.driver);
  second.from = ends.server.get();
  world.start(first);
  EXPECT_DEATH(world.start(second), "one receive at a time");
  world.driver.cancel(first);
}

}  // namespace pirn::sim
