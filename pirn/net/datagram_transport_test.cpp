// datagram_transport: datagrams in callback style, on each driver.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/net/create_datagram_endpoint.hpp"
#include "pirn/net/protocol_test.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class datagram_transport_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, datagram_transport_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Writes down each call, and reacts to it.
class datagram_recorder : public datagram_protocol {
 public:
  using reaction = std::function<void(datagram_recorder&, const std::string&)>;
  explicit datagram_recorder(reaction react = {}) : react_(std::move(react)) {}

  void connection_made(datagram_transport& made) override {
    to = &made;
    note("made");
  }
  void datagram_received(std::span<const std::byte> bytes, const endpoint& peer) override {
    from = peer;
    note("data " + text_of(bytes));
  }
  void error_received(const std::system_error& error) override {
    note(std::string("error ") + error.what());
  }
  void pause_writing() override { note("pause"); }
  void resume_writing() override { note("resume"); }
  void connection_lost(std::exception_ptr error) override {
    note(error ? "lost " + told_of(error) : "lost");
  }

  std::vector<std::string> calls;
  datagram_transport* to = nullptr;
  endpoint from;

 private:
  void note(const std::string& call) {
    calls.push_back(call);
    if (react_) react_(*this, call);
  }
  reaction react_;
};

auto recording_datagrams(datagram_recorder::reaction react = {}) {
  return [react] { return std::make_unique<datagram_recorder>(react); };
}

void echo(datagram_recorder& me, const std::string& call) {
  if (call.starts_with("data ")) me.to->send_to(call.substr(5), me.from);
}

TEST_P(datagram_transport_test, both_ends_may_be_protocols) {
  on_loop([]() -> task<> {
    std::shared_ptr<datagram_recorder> asked;
    co_await with_group([&](task_group& group) -> task<> {
      auto answering = recording_datagrams(echo);
      auto server = co_await create_datagram_endpoint(group, answering, udp_socket(loopback(0)));
      auto asking = recording_datagrams([](datagram_recorder& me, const std::string& call) {
        if (call == "made") me.to->send("hello");
        if (call.starts_with("data")) me.to->close();
      });
      const endpoint where = server.transport->local();
      auto client = co_await create_datagram_endpoint(group, asking, connect_udp(where));
      asked = client.protocol;
      EXPECT_EQ(client.transport->peer(), where);
      EXPECT_EQ(client.transport->native_handle() >= 0, !is_virtual());
      co_await client.transport->wait_closed();
      EXPECT_EQ(client.transport->local(), endpoint{});
      EXPECT_EQ(client.transport->native_handle(), -1);
      EXPECT_FALSE(client.transport->send("nobody"));
      server.transport->close();
      server.transport->close();
    });
    EXPECT_EQ(asked->calls, (calls_made{"made", "data hello", "lost"}));
  });
}

TEST_P(datagram_transport_test, errors_are_told_and_the_socket_goes_on) {
  on_loop([]() -> task<> {
    std::shared_ptr<datagram_recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      udp_socket peer(loopback(0));
      const endpoint where = peer.local();
      auto factory = recording_datagrams();
      auto made = co_await create_datagram_endpoint(group, factory, udp_socket(loopback(0)));
      told = made.protocol;
      EXPECT_TRUE(made.transport->send_to(std::string(70'000, 'x'), where));
      EXPECT_EQ(told->calls, calls_made{"made"}) << "not from inside send_to()";
      co_await yield_now();
      EXPECT_EQ(told->calls.back(), "error send to " + where.to_string() + ": Message too long");
      made.transport->send_to("short", where);
      std::array<std::byte, 100> room{};
      const datagram_info info = co_await peer.receive_from(room);
      EXPECT_EQ(info.size_bytes, 5U);
      made.transport->close();
    });
    EXPECT_EQ(told->calls.back(), "lost");
  });
}

TEST_P(datagram_transport_test, a_peer_that_is_not_there_is_told) {
  on_loop([]() -> task<> {
    std::optional<udp_socket> nobody(std::in_place, loopback(0));
    const endpoint where = nobody->local();
    nobody.reset();
    co_await with_group([&](task_group& group) -> task<> {
      auto factory = recording_datagrams([](datagram_recorder& me, const std::string& call) {
        if (call.starts_with("error")) me.to->close();
      });
      auto made = co_await create_datagram_endpoint(group, factory, connect_udp(where));
      made.transport->send("anybody?");
      co_await made.transport->wait_closed();
      EXPECT_TRUE(made.protocol->calls.at(1).ends_with("Connection refused"))
          << made.protocol->calls.at(1);
    });
  });
}

TEST_P(datagram_transport_test, what_a_call_throws_breaks_it_off_and_fails_the_group) {
  on_loop([]() -> task<> {
    for (std::string_view bad : {"made", "data", "error", "lost"}) {
      std::shared_ptr<datagram_recorder> told;
      std::string message;
      try {
        co_await with_group([&](task_group& group) -> task<> {
          auto factory = [&] {
            told = std::make_shared<datagram_recorder>(
                [=](datagram_recorder&, const std::string& call) {
                  if (call.starts_with(bad)) throw std::runtime_error("a mistake");
                });
            return told;
          };
          auto made = co_await create_datagram_endpoint(group, factory, udp_socket(loopback(0)));
          const endpoint self = made.transport->local();
          made.transport->send_to(std::string(bad == "error" ? 70'000 : 1, 'x'), self);
          co_await sleep_for(1ms);
          made.transport->close();
        });
      } catch (const exception_group& error) {
        message = error.what();
      }
      EXPECT_NE(message.find("a mistake"), std::string::npos) << bad << ": " << message;
      EXPECT_EQ(told->calls.back(), bad == "lost" ? "lost" : "lost a mistake") << bad;
    }
  });
}

TEST_P(datagram_transport_test, every_call_of_a_protocol_may_be_left_out) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto factory = [] { return std::make_unique<datagram_protocol>(); };
      auto made = co_await create_datagram_endpoint(group, factory, udp_socket(loopback(0)));
      const endpoint self = made.transport->local();
      made.transport->send_to("to nobody", self);
      made.transport->send_to(std::string(70'000, 'x'), self);
      co_await sleep_for(1ms);
      made.protocol->pause_writing();
      made.protocol->resume_writing();
      made.transport->close();
    });
  });
}

TEST_P(datagram_transport_test, a_cancelled_group_breaks_it_off) {
  on_loop([]() -> task<> {
    std::shared_ptr<datagram_recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      auto factory = recording_datagrams();
      auto made = co_await create_datagram_endpoint(group, factory, udp_socket(loopback(0)));
      told = made.protocol;
      co_await yield_now();
      group.cancel();
    });
    EXPECT_EQ(told->calls, (calls_made{"made", "lost cancelled"}));
  });
}

/// A transport on a socket whose peer's queue is bounded, as no loopback device's is.
struct bounded_transport {
  std::shared_ptr<datagram_transport> to;
  std::shared_ptr<datagram_recorder> told;
  unique_fd peer;

  std::string taken() const {
    std::array<char, 2000> room{};
    const ssize_t count = ::recv(peer.get(), room.data(), room.size(), 0);
    return count < 0 ? "" : std::string(room.data(), static_cast<std::size_t>(count));
  }
};

task<bounded_transport> bounded(task_group& group) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
  const unique_fd near(ends[0]);
  unique_fd far(ends[1]);
  udp_socket socket = connect_udp(loopback(9));
  EXPECT_GE(::dup3(near.get(), socket.native_handle(), O_CLOEXEC), 0);
  auto factory = recording_datagrams();
  auto made = co_await create_datagram_endpoint(group, factory, std::move(socket));
  bounded_transport result{std::move(made.transport), std::move(made.protocol), std::move(far)};
  co_return result;
}

TEST_P(datagram_transport_test, what_the_socket_does_not_take_waits_and_pauses_the_protocol) {
  if (is_virtual()) return;  // it takes all
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      bounded_transport ends = co_await bounded(group);
      ends.to->set_write_buffer_limits({.high_bytes = 3000, .low_bytes = 1000});
      int sent = 0;
      while (ends.to->send(std::string(1000, static_cast<char>('a' + sent % 26)))) ++sent;
      EXPECT_EQ(ends.to->write_buffer_size(), 4000U);
      co_await yield_now();
      EXPECT_EQ(ends.told->calls, (calls_made{"made", "pause"}));
      ends.to->close();
      EXPECT_FALSE(ends.to->send("late"));
      for (int i = 0; i <= sent; ++i) {
        std::string next = ends.taken();
        while (next.empty()) {
          co_await yield_now();
          next = ends.taken();
        }
        EXPECT_EQ(next, std::string(1000, static_cast<char>('a' + i % 26)));
      }
      co_await ends.to->wait_closed();
      EXPECT_EQ(ends.told->calls, (calls_made{"made", "pause", "resume", "lost"}));
    });
  });
}

TEST_P(datagram_transport_test, abort_drops_what_waits) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      bounded_transport ends = co_await bounded(group);
      while (ends.to->write_buffer_size() == 0) ends.to->send("x");
      ends.to->abort();
      co_await ends.to->wait_closed();
      EXPECT_EQ(ends.told->calls, (calls_made{"made", "lost"}));
    });
  });
}

task<> ask_and_answer() {
  auto body = [](task_group& group) -> task<> {
    auto answering = recording_datagrams(echo);
    auto server = co_await create_datagram_endpoint(group, answering, udp_socket(loopback(0)));
    auto asking = recording_datagrams([](datagram_recorder& me, const std::string& call) {
      if (call.starts_with("data")) me.to->close();
    });
    const endpoint where = server.transport->local();
    auto client = co_await create_datagram_endpoint(group, asking, connect_udp(where));
    client.transport->send("hello");
    co_await client.transport->wait_closed();
    server.transport->close();
  };
  co_await with_group(body);
}

TEST_P(datagram_transport_test, it_can_be_cancelled_at_every_await) {
  pirn::testing::cancel_whole(GetParam(), ask_and_answer);
}

}  // namespace
