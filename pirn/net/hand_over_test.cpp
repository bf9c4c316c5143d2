// hand_over: listening sockets from elsewhere serve like one's own.
#include "pirn/net/hand_over.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/unix_stream.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class hand_over_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, hand_over_test, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

TEST_P(hand_over_test, a_listener_that_was_given_by_its_number_accepts) {
  on_loop([]() -> task<> {
    listener own(loopback(0));
    unique_fd given = duplicate(own.native_handle());
    listener adopted(given);
    given.reset();
    EXPECT_EQ(adopted.local(), own.local());
    auto [client, server] = co_await gather(connect(own.local()), adopted.accept());
    EXPECT_EQ(client.local(), server.peer());
  });
}

TEST_P(hand_over_test, one_whose_socket_does_not_block_accepts_too) {
  on_loop([]() -> task<> {
    listener own(loopback(0));
    set_nonblocking(own.native_handle());
    for (int round = 0; round < 5; ++round) {
      auto none = co_await move_on_after(1ms, own.accept());
      EXPECT_FALSE(none.has_value());
      auto [client, server] = co_await gather(connect(own.local()), own.accept());
      EXPECT_EQ(client.local(), server.peer());
    }
  });
}

TEST_P(hand_over_test, what_does_not_listen_is_refused_and_named) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    const unique_fd stream = duplicate(ends.client.native_handle());
    std::string told;
    try {
      listener refused(stream);
    } catch (const std::system_error& error) {
      told = error.what();
    }
    EXPECT_EQ(told, "listen on descriptor " + std::to_string(stream.get()) + ": Invalid argument");
  });
}

TEST(hand_over, a_simulated_network_knows_no_descriptors) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    const unique_fd any = open_null();
    EXPECT_THROW(listener{any}, std::system_error);
    co_return;
  });
}

task<> answer(tcp_stream peer) {
  co_await peer.write_all("served");
}

TEST_P(hand_over_test, a_successor_goes_on_with_the_sockets) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    std::vector<named_listener> old;
    old.push_back({"first", listener(loopback(0))});
    old.push_back({"second", listener(loopback(0))});
    const endpoint where = old[1].where.local();
    tcp_stream waiting = co_await connect(where);  // in the backlog, for whoever comes
    auto successor = [&]() -> task<std::vector<named_listener>> {
      std::vector<named_listener> taken = co_await take_over(ends.client);
      co_await tell_ready(ends.client);
      co_return taken;
    };
    auto [handed, taken] = co_await gather(hand_over(ends.server, old), successor());
    EXPECT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].name, "first");
    EXPECT_EQ(taken[1].name, "second");
    EXPECT_EQ(taken[1].where.local(), where);
    old.clear();
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(taken[1].where, answer));
      std::string said = co_await read_to_end(waiting);
      EXPECT_EQ(said, "served");
      group.cancel();
    });
  });
}

TEST_P(hand_over_test, a_successor_that_ends_without_a_word_is_an_error) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    std::vector<named_listener> old;
    old.push_back({"only", listener(loopback(0))});
    auto give_up = [&]() -> task<> {
      {
        std::vector<named_listener> taken = co_await take_over(ends.client);
      }
      ends.client.close();
    };
    auto both = [&]() -> task<> { co_await gather(hand_over(ends.server, old), give_up()); };
    std::string told = co_await message_of<std::system_error>(both);
    EXPECT_NE(told.find("Connection reset by peer"), std::string::npos) << told;
  });
}

TEST_P(hand_over_test, what_is_no_hand_over_is_a_protocol_error) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    co_await ends.server.write_all("GET / HTTP/1.1\r\n");
    std::string told =
        co_await message_of<std::system_error>([&] { return take_over(ends.client); });
    EXPECT_NE(told.find("Protocol error"), std::string::npos) << told;
  });
}

TEST_P(hand_over_test, nothing_cannot_be_handed_over) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    std::string told =
        co_await message_of<std::invalid_argument>([&] { return hand_over(ends.server, {}); });
    EXPECT_EQ(told, "there is no listener to hand over");
    ends.server.close();
    std::string rest = co_await read_to_end(ends.client);
    EXPECT_EQ(rest, "");
  });
}

TEST_P(hand_over_test, a_listener_that_was_moved_from_is_not_used) {
  auto ask_for_the_address = []() -> task<> {
    listener where(loopback(0));
    listener moved = std::move(where);
    EXPECT_GT(where.local().port(), 0);  // NOLINT: what a moved-from one says
    co_return;
  };
  auto accept = []() -> task<> {
    listener where(loopback(0));
    listener moved = std::move(where);
    co_await where.accept();  // NOLINT: what a moved-from one says
  };
  EXPECT_DEATH(on_loop(ask_for_the_address), "a listener that was moved from is used");
  EXPECT_DEATH(on_loop(accept), "a listener that was moved from is used");
}

TEST_P(hand_over_test, a_name_must_fit_into_the_line) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    std::vector<named_listener> old;
    old.push_back({"a:b", listener(loopback(0))});
    std::string told =
        co_await message_of<std::invalid_argument>([&] { return hand_over(ends.server, old); });
    EXPECT_EQ(told, "'a:b' cannot be a listener's name");
  });
}

TEST_P(hand_over_test, every_await_can_be_cancelled) {
  pirn::testing::cancel_each_await(
      []() -> task<> {
        both_ends ends = co_await connected_by_unix_socket();
        std::vector<named_listener> old;
        old.push_back({"only", listener(loopback(0))});
        auto successor = [&]() -> task<> {
          std::vector<named_listener> taken = co_await take_over(ends.client);
          auto [client, server] =
              co_await gather(connect(taken[0].where.local()), taken[0].where.accept());
          co_await tell_ready(ends.client);
        };
        co_await gather(hand_over(ends.server, old), successor());
        std::optional<tcp_stream> none = co_await old[0].where.accept_taken();
        EXPECT_FALSE(none.has_value());
      },
      pirn::testing::expect_no_error, {.driver = GetParam()});
}

}  // namespace
