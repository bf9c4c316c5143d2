// The contract of datagrams, for every driver.
#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "pirn/core/driver_contract_test.hpp"

namespace pirn::contract {

namespace {

using receive_datagrams = request<receive_datagrams_operation>;
using send_datagrams = request<send_datagrams_operation>;

const endpoint loopback_any_port = endpoint::ipv4({127, 0, 0, 1}, 0);
constexpr unsigned loopback_index = 1;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

class datagram_contract : public driver_contract {
 protected:
  socket_ptr open(const datagram_options& options = {}, const endpoint& at = loopback_any_port) {
    auto opened = driver_.open_datagrams(at, options);
    EXPECT_TRUE(opened.has_value()) << opened.error().message();
    return std::move(*opened);
  }

  int send_to(socket& from, std::string_view text, const endpoint* to) {
    const outgoing_datagram one{bytes_of(text), to};
    send_datagrams sending;
    sending.to = &from;
    sending.datagrams = {&one, 1};
    return carry_out(sending);
  }

  /// Starts a receive of up to `most` datagrams, with room for some bytes in each.
  struct receiving : receive_datagrams {
    receiving(socket& socket, std::size_t most, std::size_t room_bytes = 2048)
        : rooms(most), memory(most * room_bytes) {
      for (std::size_t i = 0; i < most; ++i) {
        rooms[i].bytes = std::span(memory).subspan(i * room_bytes, room_bytes);
      }
      from = &socket;
      into = rooms;
    }
    std::string_view text(std::size_t i = 0) const { return text_of(rooms[i].bytes); }

    std::vector<incoming_datagram> rooms;
    std::vector<std::byte> memory;
  };

  /// The next datagram as text.
  std::string receive_one(socket& from) {
    receiving one(from, 1);
    EXPECT_EQ(carry_out(one), 1);
    return std::string(one.text());
  }
};
INSTANTIATE_TEST_SUITE_P(drivers, datagram_contract, ::testing::ValuesIn(all_drivers()), name_of);

}  // namespace

TEST_P(datagram_contract, a_datagram_arrives_whole_and_tells_its_sender) {
  socket_ptr one = open();
  socket_ptr other = open();
  const endpoint to = other->local();
  EXPECT_NE(to.port(), 0);
  EXPECT_EQ(send_to(*one, "question", &to), 0);
  receiving arrived(*other, 1);
  EXPECT_EQ(carry_out(arrived), 1);
  EXPECT_EQ(arrived.text(), "question");
  EXPECT_EQ(arrived.rooms[0].peer, one->local());
  EXPECT_FALSE(arrived.rooms[0].is_truncated);
  EXPECT_EQ(send_to(*other, "answer", &arrived.rooms[0].peer), 0);
  EXPECT_EQ(receive_one(*one), "answer");
}

TEST_P(datagram_contract, a_receive_that_came_first_waits) {
  socket_ptr one = open();
  socket_ptr other = open();
  const endpoint to = other->local();
  for (int round = 0; round < 3; ++round) {
    receiving waits(*other, 4);
    start(waits);
    poll_some();
    EXPECT_FALSE(waits.ended());
    EXPECT_EQ(send_to(*one, "late", &to), 0);
    EXPECT_EQ(finish(waits), 1);
    EXPECT_EQ(waits.text(), "late");
  }
}

TEST_P(datagram_contract, a_receive_that_is_withdrawn_loses_nothing) {
  socket_ptr one = open();
  socket_ptr other = open();
  const endpoint to = other->local();
  receiving withdrawn(*other, 1);
  start(withdrawn);
  EXPECT_TRUE(cancel(withdrawn));
  EXPECT_EQ(send_to(*one, "kept", &to), 0);
  poll_some();
  EXPECT_EQ(receive_one(*other), "kept");
}

TEST_P(datagram_contract, an_empty_datagram_is_one) {
  socket_ptr one = open();
  socket_ptr other = open();
  const endpoint to = other->local();
  EXPECT_EQ(send_to(*one, "", &to), 0);
  EXPECT_EQ(receive_one(*other), "");
}

TEST_P(datagram_contract, what_is_larger_than_the_room_is_cut_and_told) {
  socket_ptr one = open();
  socket_ptr other = open();
  const endpoint to = other->local();
  EXPECT_EQ(send_to(*one, "abcdef", &to), 0);
  receiving arrived(*other, 1, 4);
  EXPECT_EQ(carry_out(arrived), 1);
  EXPECT_EQ(arrived.text(), "abcd");
  EXPECT_TRUE(arrived.rooms[0].is_truncated);
  EXPECT_EQ(send_to(*one, "next", &to), 0);
  EXPECT_EQ(receive_one(*other), "next");
}

// Those of one size for one peer may travel as one; they arrive as they were.
TEST_P(datagram_contract, many_go_with_one_request_and_come_with_few) {
  socket_ptr one = open({.receive_buffer_bytes = 0});
  socket_ptr other = open({.receive_buffer_bytes = 200'000});
  socket_ptr third = open();
  const endpoint to_other = other->local();
  const endpoint to_third = third->local();
  std::vector<std::string> texts;
  std::vector<outgoing_datagram> datagrams;
  for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(1000 + i) + (i % 7 == 0 ? "+" : ""));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    datagrams.push_back({bytes_of(texts[i]), i == 50 ? &to_third : &to_other});
  }
  send_datagrams sending;
  sending.to = one.get();
  sending.datagrams = datagrams;
  EXPECT_EQ(carry_out(sending), 0);
  EXPECT_EQ(sending.sent, texts.size());
  EXPECT_EQ(receive_one(*third), texts[50]);
  texts.erase(texts.begin() + 50);
  std::vector<std::string> came;
  while (came.size() < texts.size()) {
    receiving some(*other, 64);
    const int count = carry_out(some);
    ASSERT_GT(count, 0);
    ASSERT_LE(count, 64);
    for (int i = 0; i < count; ++i) came.emplace_back(some.text(static_cast<std::size_t>(i)));
  }
  std::ranges::sort(came);  // where ways differ in length, they may overtake each other
  std::ranges::sort(texts);
  EXPECT_EQ(came, texts);
}

TEST_P(datagram_contract, one_that_is_connected_hears_its_peer_only) {
  socket_ptr server = open();
  socket_ptr stranger = open();
  socket_ptr client = open();
  EXPECT_EQ(client->peer().kind(), endpoint::family::none);
  EXPECT_EQ(client->connect(server->local()), 0);
  EXPECT_EQ(client->peer(), server->local());
  const endpoint to = client->local();
  EXPECT_EQ(send_to(*stranger, "noise", &to), 0);
  EXPECT_EQ(send_to(*client, "question", nullptr), 0);
  EXPECT_EQ(receive_one(*server), "question");
  poll_some();
  EXPECT_EQ(send_to(*server, "answer", &to), 0);
  EXPECT_EQ(receive_one(*client), "answer");
}

TEST_P(datagram_contract, one_that_is_connected_is_told_once_that_nobody_is_there) {
  socket_ptr server = open();
  const endpoint at = server->local();
  server.reset();
  socket_ptr client = open();
  EXPECT_EQ(client->connect(at), 0);
  receiving first(*client, 1);
  start(first);
  EXPECT_EQ(send_to(*client, "anybody?", nullptr), 0);
  EXPECT_EQ(finish(first), -ECONNREFUSED);
  server = open({}, at);
  EXPECT_EQ(send_to(*client, "now?", nullptr), 0);
  EXPECT_EQ(receive_one(*server), "now?");
}

TEST_P(datagram_contract, one_that_is_not_connected_is_told_nothing) {
  socket_ptr gone = open();
  const endpoint at = gone->local();
  gone.reset();
  socket_ptr one = open();
  EXPECT_EQ(send_to(*one, "anybody?", &at), 0);
  receiving waits(*one, 1);
  start(waits);
  poll_some();
  EXPECT_TRUE(cancel(waits));
  EXPECT_EQ(send_to(*one, "nobody", nullptr), -EDESTADDRREQ);
}

TEST_P(datagram_contract, what_finds_the_receive_buffer_full_is_lost) {
  socket_ptr one = open();
  socket_ptr other = open({.receive_buffer_bytes = 8192});
  const endpoint to = other->local();
  const std::string text(1000, 'x');
  for (int i = 0; i < 100; ++i) EXPECT_EQ(send_to(*one, text, &to), 0);
  poll_some();
  std::size_t came = 0;
  for (;;) {
    receiving some(*other, 16);
    start(some);
    if (!some.ended()) {
      poll_some();
      if (!some.ended()) {
        EXPECT_TRUE(cancel(some));
        break;
      }
    }
    came += static_cast<std::size_t>(some.result);
  }
  EXPECT_GT(came, 0U);
  EXPECT_LT(came, 100U);
}

TEST_P(datagram_contract, a_datagram_that_is_too_long_is_refused) {
  socket_ptr one = open();
  socket_ptr other = open({.receive_buffer_bytes = 200'000});
  const endpoint to = other->local();
  EXPECT_EQ(send_to(*one, std::string(65'508, 'x'), &to), -EMSGSIZE);
  EXPECT_EQ(send_to(*one, std::string(65'507, 'x'), &to), 0);
  receiving large(*other, 1, 65'536);
  EXPECT_EQ(carry_out(large), 1);
  EXPECT_EQ(large.text().size(), 65'507U);
}

TEST_P(datagram_contract, an_address_belongs_to_one_socket_until_it_is_closed) {
  socket_ptr first = open();
  const endpoint at = first->local();
  auto second = driver_.open_datagrams(at, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(), std::errc::address_in_use);
  receiving waits(*first, 1);
  start(waits);
  poll_some();
  EXPECT_TRUE(cancel(waits));
  first.reset();
  second = driver_.open_datagrams(at, {});
  EXPECT_TRUE(second.has_value()) << second.error().message();
}

TEST_P(datagram_contract, a_group_is_heard_by_its_members) {
  const datagram_options shared{.reuse_address = true};
  const endpoint group = endpoint::ipv4({239, 255, 77, 1}, 0);
  socket_ptr first = open(shared, endpoint::ipv4({0, 0, 0, 0}, 0));
  socket_ptr second = open(shared, first->local());
  socket_ptr from = open();
  EXPECT_EQ(from->set(datagram_setting::multicast_interface, loopback_index), 0);
  EXPECT_EQ(from->set(datagram_setting::multicast_hops, 0), 0);
  for (socket_ptr* each : {&first, &second}) {
    EXPECT_EQ((*each)->change(membership::join, group, loopback_index), 0);
  }
  const endpoint to = group.with_port(first->local().port());
  EXPECT_EQ(send_to(*from, "all", &to), 0);
  EXPECT_EQ(receive_one(*first), "all");
  EXPECT_EQ(receive_one(*second), "all");
  EXPECT_EQ(second->change(membership::leave, group, loopback_index), 0);
  EXPECT_EQ(second->change(membership::leave, group, loopback_index), -EADDRNOTAVAIL);
  EXPECT_EQ(send_to(*from, "some", &to), 0);
  EXPECT_EQ(receive_one(*first), "some");
  receiving not_any_more(*second, 1);
  start(not_any_more);
  poll_some();
  EXPECT_TRUE(cancel(not_any_more));
}

TEST_P(datagram_contract, a_broadcast_must_be_allowed) {
  socket_ptr from = open();
  const endpoint everybody = endpoint::ipv4({255, 255, 255, 255}, 9);
  EXPECT_EQ(send_to(*from, "all", &everybody), -EACCES);
}

TEST_P(datagram_contract, ipv6_works_too) {
  std::array<std::uint8_t, 16> ip{};
  ip.back() = 1;
  socket_ptr one = open({}, endpoint::ipv6(ip, 0));
  socket_ptr other = open({}, endpoint::ipv6(ip, 0));
  const endpoint to = other->local();
  EXPECT_EQ(send_to(*one, "six", &to), 0);
  receiving arrived(*other, 1);
  EXPECT_EQ(carry_out(arrived), 1);
  EXPECT_EQ(arrived.text(), "six");
  EXPECT_EQ(arrived.rooms[0].peer, one->local());
}

TEST_P(datagram_contract, a_stream_has_no_datagram_settings) {
  socket_ptr listener = listen();
  EXPECT_EQ(listener->set(datagram_setting::multicast_loop, 1), -EOPNOTSUPP);
  EXPECT_EQ(listener->connect(listener->local()), -EOPNOTSUPP);
}

}  // namespace pirn::contract
