// Every call below a secure stream, failing once with each shortage, on both sides.
#include "pirn/testing/fail_everywhere_test.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/core/task_group.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace pirn;
using tls::made;

class tls_failure_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, tls_failure_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> ask(net::tcp_stream below, tls::context how) {
  tls::stream peer = co_await tls::wrap_client(std::move(below), "localhost", how);
  co_await tls::send_and_end(peer, std::string(20'000, 'q'));
  const std::string answer = co_await tls::read_to_end(peer);
  EXPECT_EQ(answer, "answer");
}

task<> answer(net::tcp_stream below, tls::context how) {
  tls::stream peer = co_await tls::wrap_server(std::move(below), how);
  const std::string question = co_await tls::read_to_end(peer);
  EXPECT_EQ(question.size(), 20'000U);
  co_await tls::send_and_end(peer, "answer");
}

TEST_P(tls_failure_test, both_sides_from_the_handshake_to_the_end) {
  const tls::context client = made().client();
  const tls::context server = made().server();
  pirn::testing::fail_everywhere(GetParam(), [&]() -> task<> {
    net::listener where(net::loopback(0));
    net::tcp_stream near = co_await net::connect(where.local());
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
