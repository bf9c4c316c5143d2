// tcp_stream::adopt: connections that the program had by their numbers.
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/net/unix_stream.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/census.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::open_descriptors;

class adopt_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, adopt_test, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

both_ends adopted_pair() {
  socket_pair pair = make_socket_pair().value();
  return {tcp_stream::adopt(std::move(pair.left)), tcp_stream::adopt(std::move(pair.right))};
}

task<> echo(tcp_stream& peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (chunk.empty()) break;
    co_await peer.write_all(chunk);
  }
  co_await peer.shut_down_writing();
}

/// Sends small messages, one after the other's answer, and then much at once.
task<> talk(tcp_stream& peer) {
  for (int round = 0; round < 20; ++round) {
    co_await peer.write_all("word");
    lease answer = co_await peer.read();
    EXPECT_EQ(answer.text(), "word");
  }
  const std::string much(2 << 20, 'm');
  auto send = [&]() -> task<> {
    co_await peer.write_all(much);
    co_await peer.shut_down_writing();
  };
  auto [sent, answer] = co_await gather(send(), read_to_end(peer));
  EXPECT_EQ(answer.size(), much.size());
}

TEST_P(adopt_test, both_ends_of_a_socket_pair_are_streams) {
  on_loop([]() -> task<> {
    both_ends ends = adopted_pair();
    co_await gather(echo(ends.server), talk(ends.client));
  });
}

TEST_P(adopt_test, a_connection_that_another_process_has_accepted_is_a_stream) {
  on_loop([]() -> task<> {
    both_ends control = co_await connected_by_unix_socket();
    both_ends passed = co_await connected();
    const std::array given{passed.server.native_handle()};
    co_await send_descriptors(control.client, "x", given);
    passed.server.close();
    std::array<std::byte, 4> room;
    received_descriptors got = co_await receive_descriptors(control.server, room);
    tcp_stream server = tcp_stream::adopt(std::move(got.descriptors.at(0)));
    EXPECT_EQ(server.peer(), passed.client.local());
    co_await gather(echo(server), talk(passed.client));
  });
}

TEST_P(adopt_test, one_whose_calls_did_not_wait_is_a_stream_like_any) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    unique_fd own = duplicate(ends.server.native_handle());
    EXPECT_EQ(set_nonblocking(own.get()), 0);
    ends.server.close();
    tcp_stream server = tcp_stream::adopt(std::move(own));
    co_await gather(echo(server), talk(ends.client));
  });
}

TEST_P(adopt_test, it_is_closed_in_programs_that_are_started) {
  on_loop([]() -> task<> {
    socket_pair pair = make_socket_pair().value();
    ::fcntl(pair.left.get(), F_SETFD, 0);
    const tcp_stream stream = tcp_stream::adopt(std::move(pair.left));
    EXPECT_NE(::fcntl(stream.native_handle(), F_GETFD) & FD_CLOEXEC, 0);
    co_return;
  });
}

std::string refusal(unique_fd given) {
  const std::string number = std::to_string(given.get());
  try {
    tcp_stream::adopt(std::move(given));
  } catch (const std::system_error& error) {
    std::string told = error.what();
    const std::string begin = "adopt descriptor " + number + ": ";
    EXPECT_TRUE(told.starts_with(begin)) << told;
    return told.substr(begin.size());
  }
  return "none";
}

TEST_P(adopt_test, what_is_no_connected_stream_is_refused_and_closed) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    const std::size_t before = open_descriptors();
    EXPECT_EQ(refusal(unique_fd()), "Bad file descriptor");
    EXPECT_EQ(refusal(open_null()), "Socket operation on non-socket");
    EXPECT_EQ(refusal(duplicate(where.native_handle())), "Invalid argument");
    EXPECT_EQ(refusal(unique_fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))),
              "Invalid argument");
    EXPECT_EQ(refusal(unique_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))),
              "Transport endpoint is not connected");
    EXPECT_EQ(open_descriptors(), before);
    co_return;
  });
}

TEST(adopt, a_simulated_network_knows_no_descriptors) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    socket_pair pair = make_socket_pair().value();
    EXPECT_EQ(refusal(std::move(pair.left)), "Operation not supported");
    co_return;
  });
}

TEST_P(adopt_test, every_await_can_be_cancelled) {
  pirn::testing::cancel_each_await(
      []() -> task<> {
        both_ends ends = adopted_pair();
        auto say = [&]() -> task<> {
          co_await sleep_for(1ms);
          co_await ends.client.write_all("word");
        };
        auto hear = [&]() -> task<> {
          lease chunk = co_await ends.server.read();
          EXPECT_EQ(chunk.text(), "word");
        };
        co_await gather(say(), hear());
      },
      pirn::testing::expect_no_error, {.driver = GetParam()});
}

}  // namespace
