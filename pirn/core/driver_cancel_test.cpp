// The contract of cancelling and of closing what waits, for every driver.
#include <array>
#include <cerrno>
#include <deque>

#include "pirn/core/driver_contract_test.hpp"

namespace pirn::contract {

class driver_cancel_contract : public driver_contract {
 protected:
  /// A send that waits for its peer to read.
  void start_large_send(send& sending, socket& to) {
    all_ = slice_of(text_);
    sending.to = &to;
    sending.slices = {&all_, 1};
    start(sending);
    poll_some();
    EXPECT_FALSE(sending.ended());
  }

  const std::string& text_ = large_text();
  slice all_{};
};

INSTANTIATE_TEST_SUITE_P(all, driver_cancel_contract, ::testing::ValuesIn(all_drivers()), name_of);

TEST_P(driver_cancel_contract, a_cancelled_receive_leaves_the_bytes_to_the_next) {
  connection pair = connect_pair();
  std::array<std::byte, 16> memory{};
  receive cancelled;
  cancelled.from = pair.server.get();
  cancelled.into = memory;
  start(cancelled);
  withdraw(cancelled);
  EXPECT_EQ(send_text(*pair.client, "for the next"), 0);
  poll_some();
  EXPECT_EQ(memory[0], std::byte{0});
  EXPECT_EQ(receive_text(*pair.server, 12), "for the next");
}

TEST_P(driver_cancel_contract, a_cancelled_leased_receive_leaves_the_bytes_to_the_next) {
  connection pair = connect_pair();
  receive_leased cancelled;
  cancelled.from = pair.server.get();
  start(cancelled);
  withdraw(cancelled);
  EXPECT_TRUE(cancelled.chunk.empty());
  EXPECT_EQ(send_text(*pair.client, "for the next"), 0);
  EXPECT_EQ(receive_text(*pair.server, 12), "for the next");
}

TEST_P(driver_cancel_contract, bytes_on_their_way_survive_a_cancelled_receive) {
  connection pair = connect_pair();
  receive_leased cancelled;
  cancelled.from = pair.server.get();
  start(cancelled);
  poll_some();
  EXPECT_EQ(send_text(*pair.client, "just sent"), 0);
  std::string got;
  if (!cancel(cancelled) && cancelled.result > 0) got = cancelled.chunk.text();
  got += receive_text(*pair.server, 9 - got.size());
  EXPECT_EQ(got, "just sent");
}

TEST_P(driver_cancel_contract, an_end_survives_a_cancelled_receive) {
  connection pair = connect_pair();
  receive_leased cancelled;
  cancelled.from = pair.server.get();
  start(cancelled);
  poll_some();
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  cancel(cancelled);
  EXPECT_EQ(receive_result(*pair.server), 0);
}

TEST_P(driver_cancel_contract, receives_are_cancelled_and_started_over_and_over) {
  connection pair = connect_pair();
  for (int i = 0; i < 100; ++i) {
    receive_leased cancelled;
    cancelled.from = pair.server.get();
    start(cancelled);
    if (driver_.cancel(cancelled) != cancel_answer::gone) finish(cancelled);
  }
  EXPECT_EQ(send_text(*pair.client, "x"), 0);
  EXPECT_EQ(receive_text(*pair.server, 1), "x");
}

TEST_P(driver_cancel_contract, a_cancelled_accept_loses_no_connection) {
  socket_ptr listener = listen();
  accept cancelled;
  cancelled.listener = listener.get();
  start(cancelled);
  poll_some();
  connect outgoing;
  outgoing.remote = listener->local();
  start(outgoing);
  bool gone = cancel(cancelled);
  ASSERT_EQ(finish(outgoing), 0);
  if (!gone && cancelled.result == 0) {
    EXPECT_EQ(cancelled.peer, outgoing.connected->local());
    return;
  }
  EXPECT_EQ(cancelled.accepted, nullptr);
  accept next;
  next.listener = listener.get();
  EXPECT_EQ(carry_out(next), 0);
  EXPECT_EQ(next.peer, outgoing.connected->local());
}

TEST_P(driver_cancel_contract, accepts_keep_their_order_when_one_is_cancelled) {
  socket_ptr listener = listen();
  std::array<accept, 3> incoming;
  for (accept& each : incoming) {
    each.listener = listener.get();
    start(each);
  }
  withdraw(incoming[1]);
  for (std::size_t i : {0U, 2U}) {
    connect outgoing;
    outgoing.remote = listener->local();
    ASSERT_EQ(carry_out(outgoing), 0);
    EXPECT_EQ(finish(incoming[i]), 0);
    EXPECT_EQ(incoming[i].peer, outgoing.connected->local());
  }
}

TEST_P(driver_cancel_contract, a_cancelled_connect_leaves_no_connection) {
  socket_ptr listener = listen();
  connect outgoing;
  outgoing.remote = listener->local();
  start(outgoing);
  if (outgoing.ended()) return;  // too quick to be cancelled
  if (!cancel(outgoing) && outgoing.result == 0) outgoing.connected.reset();
  EXPECT_EQ(outgoing.connected, nullptr);
  // Whatever the listener saw of it is at its end.
  accept incoming;
  incoming.listener = listener.get();
  start(incoming);
  poll_some();
  if (!incoming.ended() && cancel(incoming)) return;
  if (incoming.result == 0) {
    EXPECT_LE(receive_result(*incoming.accepted), 0);
  }
}

TEST_P(driver_cancel_contract, a_cancelled_send_tells_how_much_went_out) {
  connection pair = connect_pair();
  send sending;
  start_large_send(sending, *pair.client);
  withdraw(sending);
  EXPECT_GT(sending.sent_bytes, 0U);
  EXPECT_LT(sending.sent_bytes, text_.size());
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  EXPECT_TRUE(receive_text(*pair.server) == text_.substr(0, sending.sent_bytes));
}

TEST_P(driver_cancel_contract, a_send_goes_on_where_a_cancelled_one_stopped) {
  connection pair = connect_pair();
  send first;
  start_large_send(first, *pair.client);
  cancel(first);
  slice rest = slice_of(std::string_view(text_).substr(first.sent_bytes));
  send second;
  second.to = pair.client.get();
  second.slices = {&rest, 1};
  start(second);
  EXPECT_TRUE(receive_text(*pair.server, text_.size()) == text_);
  EXPECT_EQ(finish(second), 0);
}

TEST_P(driver_cancel_contract, a_receive_is_cancelled_while_a_send_goes_on) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.client.get();
  start(receiving);
  send sending;
  start_large_send(sending, *pair.client);
  withdraw(receiving);
  EXPECT_TRUE(receive_text(*pair.server, text_.size()) == text_);
  EXPECT_EQ(finish(sending), 0);
}

TEST_P(driver_cancel_contract, a_connection_is_closed_after_its_requests_were_cancelled) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.client.get();
  start(receiving);
  send sending;
  start_large_send(sending, *pair.client);
  cancel(receiving);
  cancel(sending);
  pair.client.reset();
  EXPECT_TRUE(receive_text(*pair.server) == text_.substr(0, sending.sent_bytes));
}

TEST_P(driver_cancel_contract, a_listener_is_closed_with_connections_in_its_queue) {
  socket_ptr listener = listen();
  accept incoming;
  incoming.listener = listener.get();
  start(incoming);
  std::array<connect, 3> outgoing;
  for (connect& each : outgoing) {
    each.remote = listener->local();
    EXPECT_EQ(carry_out(each), 0);
  }
  EXPECT_EQ(finish(incoming), 0);
  listener.reset();
  poll_some();
  EXPECT_EQ(send_text(*incoming.accepted, "x"), 0);
  EXPECT_EQ(receive_text(*outgoing[0].connected, 1), "x");
  EXPECT_LE(receive_result(*outgoing[1].connected), 0);
}

TEST_P(driver_cancel_contract, connections_close_while_bytes_arrive) {
  socket_ptr listener = listen();
  for (int i = 0; i < 50; ++i) {
    connection pair = connect_to(*listener);
    receive_leased first;
    first.from = pair.server.get();
    start(first);
    EXPECT_EQ(send_text(*pair.client, "one"), 0);
    EXPECT_EQ(finish(first), 3);
    EXPECT_EQ(send_text(*pair.client, "two"), 0);
    if (i % 2 == 0) poll_some();
  }
}

}  // namespace pirn::contract
