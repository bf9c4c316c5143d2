// The two ways of receiving of the io_uring driver's connections, and their end.
#include "pirn/platform/uring_stream.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <vector>

#include "pirn/platform/uring_driver_test.hpp"

namespace pirn::uring_testing {

using uring_stream_test = uring_driver_test;

TEST_F(uring_stream_test, a_burst_leaves_the_ring_and_small_messages_bring_it_back) {
  connection pair = connect_pair();
  for (std::uint64_t round = 1; round <= 3; ++round) {
    bring_into_ring(pair);
    EXPECT_EQ(driver_->statistics().to_own_buffers, round - 1);
    std::string burst = pattern(64 * 1024);
    EXPECT_EQ(send_text(*pair.client, burst), 0);
    EXPECT_EQ(receive_text(*pair.server, burst.size()), burst);
    EXPECT_EQ(driver_->statistics().to_own_buffers, round);
  }
  EXPECT_EQ(driver_->statistics().own_buffers, 0);
}

TEST_F(uring_stream_test, a_burst_comes_in_large_pieces_once_it_is_expected) {
  connection pair = connect_pair();
  std::string burst = pattern(64 * 1024);
  std::size_t largest_bytes = 0;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(send_text(*pair.client, burst), 0);
    std::string got;
    while (got.size() < burst.size()) {
      lease chunk = receive_some(*pair.server);
      largest_bytes = std::max(largest_bytes, chunk.size());
      got += chunk.text();
    }
    EXPECT_EQ(got, burst);
  }
  EXPECT_GE(largest_bytes, 32 * 1024);
}

TEST_F(uring_stream_test, many_receives_that_need_not_wait_are_reason_for_a_poll) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  EXPECT_EQ(send_text(*pair.client, pattern(1200)), 0);
  poll_some();
  const std::uint64_t enters = driver_->statistics().enters;
  std::array<std::byte, 1> room{};
  int receives = 0;
  for (; !driver_->has_news() && receives < 1200; ++receives) {
    request<receive_operation> receiving;
    receiving.from = pair.server.get();
    receiving.into = room;
    start(receiving);
    ASSERT_TRUE(receiving.done_at_once);
  }
  EXPECT_EQ(receives, 1024);
  driver_->poll(time_point::min());
  EXPECT_FALSE(driver_->has_news());
  EXPECT_EQ(driver_->statistics().enters, enters) << "the kernel had nothing to tell";
}

TEST_F(uring_stream_test, a_receive_into_own_memory_takes_what_the_ring_has_received) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  EXPECT_EQ(send_text(*pair.client, "one"), 0);
  poll_some();
  EXPECT_EQ(send_text(*pair.client, "two"), 0);
  poll_some();
  std::array<std::byte, 4> room{};
  request<receive_operation> receiving;
  receiving.from = pair.server.get();
  receiving.into = room;
  EXPECT_EQ(carry_out(receiving), 4);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(room.data()), room.size()), "onet");
  EXPECT_EQ(receive_some(*pair.server).text(), "wo");
}

TEST_F(uring_stream_test, a_peer_whose_data_nobody_takes_is_held_back) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  std::string much = pattern(16 << 20);
  slice all = slice_of(much);
  request<send_operation> sending;
  sending.to = pair.client.get();
  sending.slices = {&all, 1};
  start(sending);
  for (int i = 0; i < 100; ++i) poll_some();
  EXPECT_FALSE(sending.ended());
  EXPECT_EQ(driver_->statistics().to_own_buffers, 1);
  EXPECT_LE(driver_->statistics().ring_buffers, 256);
  EXPECT_EQ(receive_text(*pair.server, much.size()), much);
  EXPECT_EQ(finish(sending), 0);
}

TEST_F(uring_stream_test, the_ring_grows_when_it_is_empty) {
  make({.buffers_at_first = 2, .buffers_at_most = 16});
  socket_ptr listener = listen();
  std::list<connection> pairs;
  std::vector<lease> held;
  for (int i = 0; i < 6; ++i) {
    pairs.push_back(connect_to(*listener));
    bring_into_ring(pairs.back());
  }
  for (connection& pair : pairs) {
    EXPECT_EQ(send_text(*pair.client, small_message), 0);
    held.push_back(receive_some(*pair.server));
  }
  for (const lease& each : held) EXPECT_EQ(each.text(), small_message);
  EXPECT_EQ(driver_->statistics().ring_buffers, 8);
  EXPECT_EQ(driver_->statistics().to_own_buffers, 0);
}

TEST_F(uring_stream_test, a_connection_that_finds_the_ring_empty_uses_own_buffers) {
  make({.buffers_at_first = 2, .buffers_at_most = 2});
  socket_ptr listener = listen();
  std::list<connection> pairs;
  std::vector<lease> held;
  for (int i = 0; i < 4; ++i) {
    pairs.push_back(connect_to(*listener));
    bring_into_ring(pairs.back());
  }
  for (connection& pair : pairs) {
    EXPECT_EQ(send_text(*pair.client, small_message), 0);
    held.push_back(receive_some(*pair.server));
  }
  for (const lease& each : held) EXPECT_EQ(each.text(), small_message);
  EXPECT_EQ(driver_->statistics().to_own_buffers, 2);
  EXPECT_EQ(driver_->statistics().own_buffers, 2);
}

TEST_F(uring_stream_test, a_lease_may_outlive_its_connection) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  EXPECT_EQ(send_text(*pair.client, small_message), 0);
  lease kept = receive_some(*pair.server);
  pair = {};
  poll_some();
  EXPECT_EQ(driver_->statistics().sockets, 0);
  EXPECT_EQ(kept.text(), small_message);
}

TEST_F(uring_stream_test, a_closed_connection_is_freed_when_the_kernel_has_let_go) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  EXPECT_EQ(send_text(*pair.client, small_message), 0);
  poll_some();  // bytes that nobody takes
  std::size_t in_flight = driver_->statistics().in_flight;
  pair.server.reset();
  EXPECT_EQ(driver_->statistics().sockets, 2);
  poll_some();
  EXPECT_EQ(driver_->statistics().sockets, 1);
  EXPECT_EQ(driver_->statistics().in_flight, in_flight - 1);
}

// The entry names the descriptor by a number that is free again before the kernel reads the entry.
TEST_F(uring_stream_test,
       a_receive_that_was_never_submitted_takes_nothing_from_the_next_connection) {
  socket_ptr listener = listen();
  connection pair = connect_to(*listener);
  request<receive_leased_operation> receiving;
  receiving.from = pair.server.get();
  start(receiving);
  EXPECT_EQ(driver_->cancel(receiving), cancel_answer::gone);
  pair.server.reset();
  std::list<connection> others;
  for (int i = 0; i < 4; ++i) {
    others.push_back(connect_to(*listener));
    EXPECT_EQ(send_text(*others.back().client, small_message), 0);
    EXPECT_EQ(receive_text(*others.back().server, small_message.size()), small_message);
  }
}

}  // namespace pirn::uring_testing
