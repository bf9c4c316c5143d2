// Every await of a secure stream over TCP, cancelled once, on every driver: its handshake on both
// sides, reading, writing, its end.
#include "pirn/testing/cancel_everywhere_test.hpp"

#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace pirn;
using pirn::testing::cancel_everywhere;
using tls::made;

class tls_cancel_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, tls_cancel_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

constexpr stream_options small{.receive_buffer_bytes = 4096, .send_buffer_bytes = 4096};

const std::string& some_records() {
  static const std::string text(40'000, 'r');
  return text;
}

task<> ask(net::tcp_stream below, tls::context how) {
  tls::stream peer = co_await tls::wrap_client(std::move(below), "localhost", how);
  const std::array parts{net::part("question: "), net::part(some_records())};
  co_await peer.write_all(std::span(parts));
  co_await peer.shut_down_writing();
  const std::string answer = co_await tls::read_to_end(peer);
  EXPECT_EQ(answer, "answer");
  peer.close();
}

task<> answer(net::tcp_stream below, tls::context how) {
  tls::stream peer = co_await tls::wrap_server(std::move(below), how);
  const std::string question = co_await tls::read_to_end(peer);
  EXPECT_EQ(question.size(), 10 + some_records().size());
  co_await tls::send_and_end(peer, "answer");
}

TEST_P(tls_cancel_test, both_sides_from_the_handshake_to_the_end) {
  const tls::context client = made().client();
  const tls::context server = made().server();
  cancel_everywhere(GetParam(), [&]() -> task<> {
    net::listener where(net::loopback(0), {.accepted = small});
    net::tcp_stream near = co_await net::connect(where.local(), small);
    net::tcp_stream far = co_await where.accept();
    auto body = [&](task_group& group) -> task<> {
      group.spawn(ask, std::move(near), client);
      group.spawn(answer, std::move(far), server);
      co_return;
    };
    co_await with_group(body);
  });
}

}  // namespace
