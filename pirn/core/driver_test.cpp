// The contract of time and of making connections, for every driver.
#include "pirn/core/driver.hpp"

#include <array>
#include <cerrno>

#include "pirn/core/driver_contract_test.hpp"

namespace pirn::contract {

using namespace std::chrono_literals;

INSTANTIATE_TEST_SUITE_P(all, driver_contract, ::testing::ValuesIn(all_drivers()), name_of);

TEST_P(driver_contract, the_clock_never_goes_back) {
  time_point before = driver_.now();
  poll_some();
  EXPECT_GE(driver_.now(), before);
}

TEST_P(driver_contract, a_poll_with_nothing_to_do_ends_at_its_time) {
  time_point until = driver_.now() + 5ms;
  for (int i = 0; i < 100 && driver_.now() < until; ++i) driver_.poll(until);
  EXPECT_GE(driver_.now(), until);
  EXPECT_LT(driver_.now(), until + 30s);
}

TEST_P(driver_contract, a_poll_until_the_past_does_not_block) {
  time_point before = driver_.now();
  driver_.poll(before - 1s);
  driver_.poll(before);
  driver_.poll(time_point::min());
  EXPECT_LT(driver_.now(), before + 30s);
}

TEST_P(driver_contract, a_poll_for_connections_ends_at_its_time) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  start(receiving);
  time_point until = driver_.now() + 5ms;
  for (int i = 0; i < 100 && driver_.now() < until; ++i) driver_.poll(until);
  EXPECT_GE(driver_.now(), until);
  EXPECT_FALSE(receiving.ended());
  EXPECT_EQ(send_text(*pair.client, "x"), 0);
  EXPECT_EQ(finish(receiving), 1);
}

TEST_P(driver_contract, listening_on_port_0_binds_a_free_port) {
  socket_ptr first = listen();
  socket_ptr second = listen();
  EXPECT_EQ(first->local().kind(), endpoint::family::ipv4);
  EXPECT_EQ(first->local().host(), "127.0.0.1");
  EXPECT_NE(first->local().port(), 0);
  EXPECT_NE(first->local(), second->local());
  EXPECT_EQ(first->peer(), endpoint());
}

TEST_P(driver_contract, a_port_that_is_listened_on_is_in_use) {
  socket_ptr listener = listen();
  auto again = driver_.listen(listener->local(), {});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error(), std::errc::address_in_use);
  endpoint freed = listener->local();
  listener.reset();
  poll_some();
  again = driver_.listen(freed, {});
  EXPECT_TRUE(again.has_value());
}

TEST_P(driver_contract, both_ends_know_each_other) {
  socket_ptr listener = listen();
  connect outgoing;
  outgoing.remote = listener->local();
  start(outgoing);
  accept incoming;
  incoming.listener = listener.get();
  ASSERT_EQ(carry_out(incoming), 0);
  ASSERT_EQ(finish(outgoing), 0);
  EXPECT_EQ(outgoing.connected->peer(), listener->local());
  EXPECT_EQ(incoming.accepted->local(), listener->local());
  EXPECT_EQ(incoming.accepted->peer(), outgoing.connected->local());
  EXPECT_EQ(incoming.peer, outgoing.connected->local());
  EXPECT_NE(incoming.peer.port(), 0);
}

TEST_P(driver_contract, a_connect_to_where_nobody_listens_is_refused) {
  endpoint nobody = listen()->local();
  poll_some();
  connect outgoing;
  outgoing.remote = nobody;
  EXPECT_EQ(carry_out(outgoing), -ECONNREFUSED);
  EXPECT_EQ(outgoing.connected, nullptr);
}

TEST_P(driver_contract, a_connect_to_no_address_fails) {
  connect outgoing;
  EXPECT_EQ(carry_out(outgoing), -EAFNOSUPPORT);
}

TEST_P(driver_contract, a_connection_that_came_first_waits_for_its_accept) {
  socket_ptr listener = listen();
  std::array<connect, 3> outgoing;
  for (connect& each : outgoing) {
    each.remote = listener->local();
    ASSERT_EQ(carry_out(each), 0);
  }
  for (connect& each : outgoing) {
    accept incoming;
    incoming.listener = listener.get();
    ASSERT_EQ(carry_out(incoming), 0);
    EXPECT_EQ(incoming.peer, each.connected->local());
  }
}

TEST_P(driver_contract, accepts_are_served_in_the_order_of_their_start) {
  socket_ptr listener = listen();
  std::array<accept, 3> incoming;
  for (accept& each : incoming) {
    each.listener = listener.get();
    start(each);
    EXPECT_FALSE(each.ended());
  }
  for (accept& each : incoming) {
    connect outgoing;
    outgoing.remote = listener->local();
    ASSERT_EQ(carry_out(outgoing), 0);
    EXPECT_EQ(finish(each), 0);
    EXPECT_EQ(each.peer, outgoing.connected->local());
  }
}

TEST_P(driver_contract, a_closed_listener_refuses) {
  socket_ptr listener = listen();
  endpoint at = listener->local();
  connection kept = connect_to(*listener);
  listener.reset();
  poll_some();
  connect outgoing;
  outgoing.remote = at;
  EXPECT_EQ(carry_out(outgoing), -ECONNREFUSED);
  EXPECT_EQ(send_text(*kept.client, "still here"), 0);
  EXPECT_EQ(receive_text(*kept.server, 10), "still here");
}

}  // namespace pirn::contract
