// The contract of bytes on a connection, for every driver: how they arrive, and how a stream ends.
#include <array>
#include <cerrno>
#include <deque>

#include "pirn/core/driver_contract_test.hpp"

namespace pirn::contract {

TEST_P(driver_contract, bytes_go_both_ways) {
  connection pair = connect_pair();
  for (std::string_view text : {"a", "question", "another one"}) {
    EXPECT_EQ(send_text(*pair.client, text), 0);
    EXPECT_EQ(receive_text(*pair.server, text.size()), text);
    EXPECT_EQ(send_text(*pair.server, text), 0);
    EXPECT_EQ(receive_text(*pair.client, text.size()), text);
  }
}

TEST_P(driver_contract, a_receive_that_came_first_waits_for_its_bytes) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  start(receiving);
  poll_some();
  EXPECT_FALSE(receiving.ended());
  EXPECT_EQ(send_text(*pair.client, "late"), 0);
  EXPECT_EQ(finish(receiving), 4);
  EXPECT_EQ(receiving.chunk.text(), "late");
}

TEST_P(driver_contract, bytes_are_received_into_the_callers_memory_as_far_as_it_goes) {
  connection pair = connect_pair();
  std::array<std::byte, 4> memory{};
  receive first;
  first.from = pair.server.get();
  first.into = memory;
  start(first);
  EXPECT_EQ(send_text(*pair.client, "abcdefghij"), 0);
  EXPECT_EQ(finish(first), 4);
  EXPECT_EQ(text_of(memory), "abcd");
  receive second;
  second.from = pair.server.get();
  second.into = std::span(memory).first(2);
  EXPECT_EQ(carry_out(second), 2);
  EXPECT_EQ(text_of(memory), "efcd");
  EXPECT_EQ(receive_text(*pair.server, 4), "ghij");
}

TEST_P(driver_contract, a_receive_without_room_waits_for_something_and_takes_nothing) {
  connection pair = connect_pair();
  for (int i = 0; i < 10; ++i) {  // small messages in a row may change how a driver receives
    receive waiting;
    waiting.from = pair.server.get();
    start(waiting);
    poll_some();
    EXPECT_FALSE(waiting.ended());
    EXPECT_EQ(send_text(*pair.client, "message"), 0);
    EXPECT_GE(finish(waiting), 0);
    receive again;
    again.from = pair.server.get();
    EXPECT_GE(carry_out(again), 0);
    EXPECT_EQ(receive_text(*pair.server, 7), "message");
  }
  receive cancelled;
  cancelled.from = pair.server.get();
  start(cancelled);
  withdraw(cancelled);
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  receive at_end;
  at_end.from = pair.server.get();
  EXPECT_EQ(carry_out(at_end), 0);
  EXPECT_EQ(receive_result(*pair.server), 0);
}

TEST_P(driver_contract, a_second_end_of_sending_does_nothing_even_when_the_peer_has_ended) {
  connection pair = connect_pair();
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  EXPECT_EQ(receive_result(*pair.server), 0);
  EXPECT_EQ(pair.server->shut_down_sending(), 0);
  EXPECT_EQ(receive_result(*pair.client), 0);
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  EXPECT_EQ(pair.server->shut_down_sending(), 0);
}

// What goes at once is a matter of the transport; with the request that sends the rest, all goes.
TEST_P(driver_contract, what_does_not_go_at_once_is_sent_by_a_request) {
  connection pair = connect_pair();
  std::string sent = pattern(8 << 20);
  auto at_once = pair.client->send_at_once(std::as_bytes(std::span(sent)));
  ASSERT_TRUE(at_once > 0 || at_once == -EAGAIN) << at_once;
  std::size_t gone = at_once > 0 ? static_cast<std::size_t>(at_once) : 0;
  ASSERT_LT(gone, sent.size());
  slice rest = slice_of(std::string_view(sent).substr(gone));
  send sending;
  sending.to = pair.client.get();
  sending.slices = {&rest, 1};
  sending.is_full = true;
  start(sending);
  EXPECT_EQ(receive_text(*pair.server, sent.size()), sent);
  EXPECT_EQ(finish(sending), 0);
  EXPECT_EQ(sending.sent_bytes, rest.size);
}

TEST_P(driver_contract, both_kinds_of_receive_take_turns_on_a_connection) {
  connection pair = connect_pair();
  std::string sent = pattern(40'000);
  std::string got;
  send sending;
  slice all = slice_of(sent);
  sending.to = pair.client.get();
  sending.slices = {&all, 1};
  start(sending);
  for (int i = 0; got.size() < sent.size(); ++i) {
    if (i % 2 == 0) {
      std::array<std::byte, 100> memory{};
      receive receiving;
      receiving.from = pair.server.get();
      receiving.into = memory;
      int count = carry_out(receiving);
      ASSERT_GT(count, 0);
      got += text_of(memory).substr(0, static_cast<std::size_t>(count));
    } else {
      receive_leased receiving;
      receiving.from = pair.server.get();
      ASSERT_GT(carry_out(receiving), 0);
      got += receiving.chunk.text();
    }
  }
  EXPECT_EQ(finish(sending), 0);
  EXPECT_EQ(got, sent);
}

TEST_P(driver_contract, slices_are_sent_in_order_empty_ones_too) {
  connection pair = connect_pair();
  std::string text = pattern(3000);
  std::vector<slice> slices;
  for (std::size_t i = 0; i < text.size(); i += 10) {
    slices.push_back(slice_of(std::string_view(text).substr(i, 10)));
    slices.push_back({nullptr, 0});
  }
  send sending;
  sending.to = pair.client.get();
  sending.slices = slices;
  start(sending);
  EXPECT_EQ(receive_text(*pair.server, text.size()), text);
  EXPECT_EQ(finish(sending), 0);
  EXPECT_EQ(sending.sent_bytes, text.size());
}

TEST_P(driver_contract, sending_nothing_succeeds) {
  connection pair = connect_pair();
  EXPECT_EQ(send_text(*pair.client, ""), 0);
  send sending;
  sending.to = pair.client.get();
  EXPECT_EQ(carry_out(sending), 0);
  EXPECT_EQ(sending.sent_bytes, 0U);
}

TEST_P(driver_contract, a_send_larger_than_the_buffers_ends_when_the_peer_reads) {
  connection pair = connect_pair();
  const std::string& sent = large_text();
  slice all = slice_of(sent);
  send sending;
  sending.to = pair.client.get();
  sending.slices = {&all, 1};
  start(sending);
  poll_some();
  EXPECT_FALSE(sending.ended());
  EXPECT_TRUE(receive_text(*pair.server, sent.size()) == sent);
  EXPECT_EQ(finish(sending), 0);
  EXPECT_EQ(sending.sent_bytes, sent.size());
}

TEST_P(driver_contract, large_transfers_run_both_ways_at_once) {
  connection pair = connect_pair();
  std::string there = pattern(3 << 20);
  std::string back(there.rbegin(), there.rend());
  std::array<slice, 2> slices{slice_of(there), slice_of(back)};
  std::array<send, 2> sending;
  std::array<socket*, 2> ends{pair.client.get(), pair.server.get()};
  for (std::size_t i = 0; i < 2; ++i) {
    sending[i].to = ends[i];
    sending[i].slices = {&slices[i], 1};
    start(sending[i]);
  }
  EXPECT_TRUE(receive_text(*pair.client, back.size()) == back);
  EXPECT_TRUE(receive_text(*pair.server, there.size()) == there);
  for (send& each : sending) EXPECT_EQ(finish(each), 0);
}

TEST_P(driver_contract, a_half_closed_connection_still_receives) {
  connection pair = connect_pair();
  EXPECT_EQ(send_text(*pair.client, "request"), 0);
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  EXPECT_EQ(receive_text(*pair.server), "request");
  EXPECT_EQ(send_text(*pair.server, "answer"), 0);
  EXPECT_EQ(receive_text(*pair.client, 6), "answer");
  EXPECT_EQ(send_text(*pair.client, "x"), -EPIPE);
}

TEST_P(driver_contract, the_end_of_the_stream_stays) {
  connection pair = connect_pair();
  EXPECT_EQ(send_text(*pair.client, "last words"), 0);
  pair.client.reset();
  EXPECT_EQ(receive_text(*pair.server), "last words");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(receive_result(*pair.server), 0);
}

TEST_P(driver_contract, an_end_that_comes_with_the_bytes_is_not_missed) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  start(receiving);
  EXPECT_EQ(send_text(*pair.client, "all"), 0);
  EXPECT_EQ(pair.client->shut_down_sending(), 0);
  EXPECT_EQ(finish(receiving), 3);
  EXPECT_EQ(receive_result(*pair.server), 0);
}

TEST_P(driver_contract, an_end_wakes_a_receive) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  start(receiving);
  poll_some();
  pair.client.reset();
  EXPECT_EQ(finish(receiving), 0);
  EXPECT_TRUE(receiving.chunk.empty());
}

TEST_P(driver_contract, a_reset_reaches_the_peer) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  start(receiving);
  endpoint client = pair.client->local();
  pair.client->reset_on_close();
  pair.client.reset();
  EXPECT_EQ(finish(receiving), -ECONNRESET);
  EXPECT_EQ(pair.server->peer(), client);
}

TEST_P(driver_contract, sending_to_a_closed_peer_fails_and_raises_no_signal) {
  connection pair = connect_pair();
  pair.client.reset();
  int result = 0;
  for (int i = 0; i < 1000 && result == 0; ++i) {
    result = send_text(*pair.server, "anyone there?");
    poll_some();
  }
  EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
}

TEST_P(driver_contract, a_send_under_way_fails_when_the_peer_closes) {
  connection pair = connect_pair();
  const std::string& much = large_text();
  slice all = slice_of(much);
  send sending;
  sending.to = pair.server.get();
  sending.slices = {&all, 1};
  start(sending);
  pair.client.reset();
  int result = finish(sending);
  EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
  EXPECT_LT(sending.sent_bytes, much.size());
}

TEST_P(driver_contract, closing_with_bytes_unread_ends_the_peers_stream) {
  connection pair = connect_pair();
  EXPECT_EQ(send_text(*pair.client, "nobody reads this"), 0);
  poll_some();
  pair.server.reset();
  int result = receive_result(*pair.client);
  EXPECT_TRUE(result == 0 || result == -ECONNRESET) << result;
}

TEST_P(driver_contract, a_lease_outlives_its_connection) {
  lease kept;
  {
    connection pair = connect_pair();
    EXPECT_EQ(send_text(*pair.client, "kept"), 0);
    receive_leased receiving;
    receiving.from = pair.server.get();
    EXPECT_EQ(carry_out(receiving), 4);
    kept = std::move(receiving.chunk);
  }
  poll_some();
  EXPECT_EQ(kept.text(), "kept");
}

TEST_P(driver_contract, many_leases_are_held_at_once) {
  connection pair = connect_pair();
  std::deque<lease> held;
  for (int i = 0; i < 2000; ++i) {
    std::string text = "number " + std::to_string(i);
    ASSERT_EQ(send_text(*pair.client, text), 0);
    receive_leased receiving;
    receiving.from = pair.server.get();
    ASSERT_EQ(carry_out(receiving), static_cast<int>(text.size()));
    held.push_back(std::move(receiving.chunk));
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    EXPECT_EQ(held[i].text(), "number " + std::to_string(i));
  }
}

TEST_P(driver_contract, many_connections_echo_at_once) {
  constexpr std::size_t count = 300;
  socket_ptr listener = listen();
  std::vector<connection> pairs;
  for (std::size_t i = 0; i < count; ++i) pairs.push_back(connect_to(*listener));
  for (int round = 0; round < 3; ++round) {
    std::vector<receive_leased> receiving(count);
    for (std::size_t i = 0; i < count; ++i) {
      receiving[i].from = pairs[i].server.get();
      start(receiving[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(send_text(*pairs[i].client, std::to_string(i)), 0);
    }
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_GT(finish(receiving[i]), 0);
      EXPECT_EQ(receiving[i].chunk.text(), std::to_string(i));
      EXPECT_EQ(send_text(*pairs[i].server, receiving[i].chunk.text()), 0);
    }
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(receive_text(*pairs[i].client, std::to_string(i).size()), std::to_string(i));
    }
  }
}

}  // namespace pirn::contract
