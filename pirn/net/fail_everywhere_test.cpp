// Every call that a program on the network makes to the system, failing once with each shortage:
// it goes on or ends with an error that names what was attempted, and nothing stays.
#include "pirn/testing/fail_everywhere_test.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/io/buffered_reader.hpp"
#include "pirn/io/copy.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/create_server.hpp"
#include "pirn/net/protocol_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/udp_socket.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::fail_everywhere;

class net_failure_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, net_failure_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

constexpr stream_options small{.receive_buffer_bytes = 4096, .send_buffer_bytes = 4096};

task<> echo(tcp_stream peer) {
  co_await io::copy(peer, peer);
}

task<> ask(const endpoint& where, std::size_t size_bytes) {
  tcp_stream peer = co_await connect(where, small);
  const std::string question(size_bytes, 'q');
  auto send = [&]() -> task<> {
    co_await peer.write_all(question);
    co_await peer.shut_down_writing();
  };
  auto [sent, answer] = co_await gather(send(), read_to_end(peer));
  const bool is_whole = answer == question;
  EXPECT_TRUE(is_whole || question.starts_with(answer));
}

// The server goes on whatever its connections meet: the second client is served too.
task<> serve_two_clients() {
  listener where(loopback(0), {.accepted = small});
  auto body = [&](task_group& group) -> task<> {
    const serve_options patient{.shortage_pause = 1ms};
    child<void> server = group.start(serve_on(where, echo, patient));
    std::exception_ptr first;
    try {
      co_await ask(where.local(), 30'000);
    } catch (const std::system_error&) {
      first = std::current_exception();
    }
    co_await ask(where.local(), 10);
    server.cancel();
    if (first) std::rethrow_exception(first);
  };
  co_await with_group(body);
}

TEST_P(net_failure_test, an_echo_server_and_its_clients) {
  fail_everywhere(GetParam(), serve_two_clients);
}

task<> connect_to_one_of_two() {
  listener one(loopback(0));
  listener other(loopback(0));
  const std::vector candidates{one.local(), other.local()};
  tcp_stream made = co_await connect_to_any("some.host", candidates);
  EXPECT_TRUE(made.is_open());
}

TEST_P(net_failure_test, connecting_to_whichever_answers) {
  fail_everywhere(GetParam(), connect_to_one_of_two);
}

task<> talk_in_callbacks() {
  auto body = [](task_group& group) -> task<> {
    auto answer = [](recorder& me, const std::string& call) {
      if (call.starts_with("data")) me.to->write(call.substr(5));
      if (call == "eof") me.to->close();
    };
    auto answering = recording(answer);
    auto silent = recording();
    protocol_server server = create_server(group, answering, loopback(0));
    auto made = co_await create_connection(group, silent, server.local());
    made.transport->write("question");
    made.transport->write_eof();
    co_await made.transport->wait_closed();
    server.close();
  };
  co_await with_group(body);
}

TEST_P(net_failure_test, protocols_at_both_ends) {
  fail_everywhere(GetParam(), talk_in_callbacks);
}

// A receiver waits no longer than its patience: datagrams get lost.
task<> exchange_datagrams() {
  udp_socket here(loopback(0));
  udp_socket there = connect_udp(here.local());
  std::array<std::byte, 100> room{};
  const endpoint peer = there.local();
  co_await there.send("one");
  auto first = co_await move_on_after(10ms, here.receive_from(room));
  EXPECT_TRUE(!first || first->size_bytes == 3);
  const std::array batch{datagram_to(peer, std::as_bytes(std::span("1"))),
                         datagram_to(peer, std::as_bytes(std::span("22")))};
  co_await here.send_many(batch);
  auto many = co_await move_on_after(10ms, there.receive_many());
  EXPECT_TRUE(!many || !many->empty());
}

TEST_P(net_failure_test, datagrams) {
  fail_everywhere(GetParam(), exchange_datagrams);
}

}  // namespace
