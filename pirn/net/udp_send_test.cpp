// udp_socket: what waits until the socket takes more, on each driver. A loopback device takes all
// at once, so the kernel's sockets stand on a pair of Unix sockets here, whose queue is bounded;
// the simulated network takes all.
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class udp_send_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, udp_send_test, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

/// A datagram socket whose peer's queue is bounded, and that peer.
struct bounded_pair {
  udp_socket socket;
  unique_fd peer;

  bounded_pair() : socket(connect_udp(loopback(9))) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    const unique_fd near(ends[0]);
    peer = unique_fd(ends[1]);
    EXPECT_GE(::dup3(near.get(), socket.native_handle(), O_CLOEXEC), 0);
  }

  /// What the peer has got next, or "" when there is nothing.
  std::string taken() const {
    std::array<char, 2000> room{};
    const ssize_t count = ::recv(peer.get(), room.data(), room.size(), 0);
    return count < 0 ? "" : std::string(room.data(), static_cast<std::size_t>(count));
  }
};

task<> send_text(udp_socket& to, std::string text) {
  co_await to.send(text);
}

/// Sends numbers until one has to wait, which is cancelled.
/// Returns: how many have gone.
task<int> fill(udp_socket& to) {
  for (int count = 0;; ++count) {
    auto sent = co_await move_on_after(1ms, send_text(to, std::to_string(count)));
    if (!sent) co_return count;
  }
}

TEST_P(udp_send_test, a_send_waits_until_the_socket_takes_more) {
  on_loop([]() -> task<> {
    bounded_pair ends;
    const int gone = co_await fill(ends.socket);
    EXPECT_GT(gone, 0);
    co_await with_group([&](task_group& group) -> task<> {
      child<> sending = group.spawn(send_text, std::ref(ends.socket), "late");
      for (int i = 0; i < 10; ++i) co_await yield_now();
      EXPECT_FALSE(sending.has_ended());
      for (int i = 0; i < gone; ++i) EXPECT_EQ(ends.taken(), std::to_string(i));
      co_await sending;
    });
    EXPECT_EQ(ends.taken(), "late") << "the one that was cancelled is not there";
    EXPECT_EQ(ends.taken(), "");
  });
}

TEST_P(udp_send_test, a_send_that_waits_is_cancelled_at_once_and_the_next_one_goes) {
  on_loop([]() -> task<> {
    bounded_pair ends;
    const int gone = co_await fill(ends.socket);
    co_await with_group([&](task_group& group) -> task<> {
      child<> sending = group.spawn(send_text, std::ref(ends.socket), "never");
      co_await yield_now();
      co_await yield_now();
      sending.cancel();
      co_await yield_now();
      co_await yield_now();
      EXPECT_TRUE(sending.was_cancelled());
    });
    for (int i = 0; i < gone; ++i) ends.taken();
    co_await ends.socket.send("next");
    EXPECT_EQ(ends.taken(), "next");
  });
}

TEST_P(udp_send_test, many_that_wait_have_gone_in_part_when_they_are_cancelled) {
  on_loop([]() -> task<> {
    bounded_pair ends;
    std::vector<std::string> texts;  // each longer than the one before: they go one by one
    for (std::size_t i = 1; i < 1500; ++i) texts.emplace_back(i, 'x');
    auto send_all = [&]() -> task<> {
      std::vector<outgoing_datagram> all;
      for (const std::string& each : texts) all.push_back({std::as_bytes(std::span(each))});
      co_await ends.socket.send_many(all);
    };
    auto sent = co_await move_on_after(1ms, send_all());
    EXPECT_FALSE(sent);
    std::size_t count = 0;
    for (std::string one = ends.taken(); !one.empty(); one = ends.taken()) {
      EXPECT_EQ(one.size(), ++count);
    }
    EXPECT_GT(count, 0U);
    EXPECT_LT(count, texts.size());
  });
}

TEST_P(udp_send_test, it_can_be_cancelled_at_every_await) {
  auto program = []() -> task<> {
    bounded_pair ends;
    const int gone = co_await fill(ends.socket);
    auto drain = [&]() -> task<> {
      for (int i = 0; i < gone; ++i) {
        ends.taken();
        co_await yield_now();
      }
    };
    auto both = [&](task_group& group) -> task<> {
      group.start(send_text(ends.socket, "late"));
      group.start(drain());
      co_return;
    };
    co_await with_group(both);
  };
  pirn::testing::cancel_whole(GetParam(), program);
}

}  // namespace
