// udp_socket: datagrams on each driver.
#include "pirn/net/udp_socket.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class udp_socket_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, udp_socket_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// One datagram as text.
task<std::string> receive_text(udp_socket& from) {
  std::array<std::byte, 2048> room{};
  datagram_info info = co_await from.receive_from(room);
  EXPECT_FALSE(info.is_truncated);
  co_return std::string(reinterpret_cast<const char*>(room.data()), info.size_bytes);
}

/// `count` datagrams by as many receives of many as it takes, as text.
task<std::multiset<std::string>> receive_texts(udp_socket& from, std::size_t count) {
  std::multiset<std::string> texts;
  while (texts.size() < count) {
    std::span<const received_datagram> some = co_await from.receive_many();
    EXPECT_FALSE(some.empty());
    for (const received_datagram& each : some) texts.emplace(each.text());
  }
  co_return texts;
}

TEST_P(udp_socket_test, datagrams_go_both_ways) {
  on_loop([]() -> task<> {
    udp_socket server(loopback(0));
    udp_socket client = connect_udp(server.local());
    EXPECT_EQ(client.peer(), server.local());
    co_await client.send("ping");
    std::array<std::byte, 100> room{};
    datagram_info asked = co_await server.receive_from(room);
    EXPECT_EQ(asked.size_bytes, 4u);
    EXPECT_EQ(asked.peer, client.local());
    co_await server.send_to("pong", asked.peer);
    std::string answer = co_await receive_text(client);
    EXPECT_EQ(answer, "pong");
  });
}

TEST_P(udp_socket_test, what_does_not_fit_is_cut_and_told) {
  on_loop([]() -> task<> {
    udp_socket server(loopback(0));
    udp_socket client = connect_udp(server.local());
    co_await client.send("abcdef");
    std::array<std::byte, 4> room{};
    datagram_info info = co_await server.receive(room);
    EXPECT_TRUE(info.is_truncated);
    EXPECT_EQ(info.size_bytes, 4u);
  });
}

TEST_P(udp_socket_test, thousands_go_and_come_many_at_a_time) {
  on_loop([]() -> task<> {
    udp_socket server(loopback(0), {.receive_buffer_bytes = 200'000});
    udp_socket client = connect_udp(server.local());
    for (int round = 0; round < 20; ++round) {
      std::vector<std::string> texts;
      std::vector<outgoing_datagram> datagrams;
      for (int i = 0; i < 64; ++i) texts.push_back(std::to_string(round * 100 + 10'000 + i));
      for (const std::string& each : texts) datagrams.push_back({bytes_of(each)});
      co_await client.send_many(datagrams);
      std::multiset<std::string> came = co_await receive_texts(server, texts.size());
      EXPECT_EQ(came, std::multiset<std::string>(texts.begin(), texts.end()));
    }
  });
}

// They may come in one piece; each is itself nevertheless, the last one shorter than the others.
TEST_P(udp_socket_test, many_are_echoed_from_where_they_are) {
  on_loop([]() -> task<> {
    udp_socket server(loopback(0), {.receive_buffer_bytes = 200'000});
    udp_socket client = connect_udp(server.local(), {.receive_buffer_bytes = 200'000});
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) texts.push_back(std::string(64, static_cast<char>('0' + i)));
    texts.back().resize(5);
    std::vector<outgoing_datagram> datagrams;
    for (const std::string& each : texts) datagrams.push_back({bytes_of(each)});
    co_await client.send_many(datagrams);
    for (std::size_t echoed = 0; echoed < texts.size();) {
      std::span<const received_datagram> some = co_await server.receive_many();
      std::vector<outgoing_datagram> back;
      for (const received_datagram& each : some) {
        EXPECT_EQ(*each.peer, client.local());
        back.push_back(datagram_to(*each.peer, each.bytes));
      }
      co_await server.send_many(back);
      echoed += some.size();
    }
    std::multiset<std::string> came = co_await receive_texts(client, texts.size());
    EXPECT_EQ(came, std::multiset<std::string>(texts.begin(), texts.end()));
  });
}

TEST_P(udp_socket_test, one_by_one_may_follow_many_at_a_time) {
  on_loop([]() -> task<> {
    udp_socket server(loopback(0));
    udp_socket client = connect_udp(server.local());
    co_await client.send("first");
    std::multiset<std::string> came = co_await receive_texts(server, 1);
    EXPECT_EQ(came, std::multiset<std::string>{"first"});
    std::vector<std::string> texts{"aaaa", "bbbb", "cc"};
    std::vector<outgoing_datagram> datagrams;
    for (const std::string& each : texts) datagrams.push_back({bytes_of(each)});
    co_await client.send_many(datagrams);
    std::multiset<std::string> singly;
    for (int i = 0; i < 2; ++i) {
      std::string text = co_await receive_text(server);
      singly.insert(std::move(text));
    }
    std::multiset<std::string> rest = co_await receive_texts(server, 1);
    singly.merge(rest);
    EXPECT_EQ(singly, std::multiset<std::string>(texts.begin(), texts.end()));
  });
}

TEST_P(udp_socket_test, a_receive_that_times_out_loses_nothing) {
  on_loop([]() -> task<> {
    udp_socket server(loopback(0));
    udp_socket client = connect_udp(server.local());
    auto nothing = co_await move_on_after(1ms, receive_text(server));
    EXPECT_FALSE(nothing.has_value());
    co_await client.send("late");
    std::string text = co_await receive_text(server);
    EXPECT_EQ(text, "late");
  });
}

TEST_P(udp_socket_test, receives_may_be_members_of_a_select) {
  on_loop([]() -> task<> {
    udp_socket one(loopback(0));
    udp_socket other(loopback(0));
    udp_socket client(loopback(0));
    std::array<std::byte, 100> room{};
    const endpoint to = other.local();
    co_await client.send_to("here", to);
    auto which = co_await select(one.receive_from(room), other.receive_many());
    EXPECT_EQ(which.index(), 1u);
    EXPECT_EQ(std::get<1>(which)[0].text(), "here");
  });
}

TEST_P(udp_socket_test, a_peer_that_is_not_there_is_told_and_the_socket_goes_on) {
  on_loop([]() -> task<> {
    std::optional<udp_socket> server(std::in_place, loopback(0));
    const endpoint at = server->local();
    server.reset();
    udp_socket client = connect_udp(at);
    std::string message = co_await message_of([&]() -> task<> {
      co_await client.send("anybody?");
      co_await receive_text(client);
    });
    EXPECT_EQ(message, "receive from " + at.to_string() + ": Connection refused");
    server.emplace(at);
    co_await client.send("now?");
    std::string text = co_await receive_text(*server);
    EXPECT_EQ(text, "now?");
  });
}

TEST_P(udp_socket_test, errors_name_the_address) {
  on_loop([]() -> task<> {
    udp_socket first(loopback(0));
    const endpoint at = first.local();
    try {
      udp_socket second(at);
      ADD_FAILURE() << "an address belongs to one socket";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.what(), "bind " + at.to_string() + ": Address already in use");
    }
    const std::string much(70'000, 'x');
    std::string message =
        co_await message_of([&]() -> task<> { co_await first.send_to(much, at); });
    EXPECT_EQ(message, "send to " + at.to_string() + ": Message too long");
    EXPECT_THROW(first.join_group(loopback(0)), std::system_error);
  });
}

TEST_P(udp_socket_test, members_of_a_group_hear_what_is_sent_to_it) {
  on_loop([]() -> task<> {
    const unsigned lo = interface_index("lo");
    const endpoint group = endpoint::ipv4({239, 255, 77, 2}, 0);
    udp_socket member(any(0), {.reuse_address = true});
    member.join_group(group, lo);
    udp_socket from(loopback(0));
    from.set_multicast_interface(lo);
    from.set_multicast_hops(0);
    const endpoint to = group.with_port(member.local().port());
    co_await from.send_to("all", to);
    std::string text = co_await receive_text(member);
    EXPECT_EQ(text, "all");
    from.set_multicast_loop(!is_virtual());  // the kernel's `lo` gives back all it is given
    if (is_virtual()) co_await from.send_to("others", to);
    member.leave_group(group, lo);
    co_await from.send_to("not for it any more", to);
    auto nothing = co_await move_on_after(1ms, receive_text(member));
    EXPECT_FALSE(nothing.has_value());
  });
}

TEST_P(udp_socket_test, the_port_is_free_when_the_socket_is_closed) {
  on_loop([]() -> task<> {
    udp_socket first(loopback(0));
    const endpoint at = first.local();
    co_await move_on_after(1ms, receive_text(first));
    first.close();
    EXPECT_FALSE(first.is_open());
    udp_socket second(at);
    EXPECT_EQ(second.local(), at);
  });
}

TEST(udp_socket, an_interface_that_there_is_not_is_named) {
  try {
    interface_index("no-such-one");
    ADD_FAILURE() << "there is no such interface";
  } catch (const std::system_error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("interface no-such-one: ", 0), 0u);
  }
}

TEST(udp_socket, cancelled_anywhere_it_leaves_nothing_behind) {
  auto program = []() -> task<> {
    udp_socket server(loopback(0));
    udp_socket client = connect_udp(server.local());
    co_await client.send("one");
    co_await receive_text(server);
    auto answer = [](udp_socket& from) -> task<> {
      std::span<const received_datagram> some = co_await from.receive_many();
      const endpoint to = *some.front().peer;
      co_await from.send_to("answer", to);
    };
    auto both = [&](task_group& group) -> task<> {
      group.start(answer(server));
      co_await client.send("two");
      std::string text = co_await receive_text(client);
      EXPECT_EQ(text, "answer");
    };
    co_await with_group(both);
  };
  const std::size_t runs = pirn::testing::cancel_each_await(program);
  EXPECT_GT(runs, 4u);
}

}  // namespace
