// Once warm, an echo allocates nothing: not the server, not the client, on any driver.
#include <functional>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/server.hpp"
#include "pirn/run/run.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "tests/allocations_test.hpp"

namespace {

using namespace pirn;

class echo_allocations : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, echo_allocations, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> echo(net::tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (!chunk) co_return;
    co_await peer.write_all(chunk);
  }
}

task<> serve(net::listener& where) {
  co_await net::serve_on(where, echo);
}

task<> send_and_receive(net::tcp_stream& peer, std::span<const std::byte> message) {
  co_await peer.write_all(message);
  for (std::size_t missing = message.size(); missing != 0;) {
    lease chunk = co_await peer.read();
    missing -= chunk.size();
  }
}

/// Returns: how often a hundred echoes allocate after a hundred; always 0 under sanitizers, where
/// frames are not used again.
task<std::size_t> allocations_of_echo(std::size_t message_bytes) {
  net::listener where(net::loopback(0));
  std::size_t counted = 0;
  co_await with_group([&](task_group& group) -> task<> {
    child<> server = group.spawn(serve, std::ref(where));
    net::tcp_stream peer = co_await net::connect(where.local());
    const std::vector<std::byte> message(message_bytes);
    for (int i = 0; i < 100; ++i) co_await send_and_receive(peer, message);
    const std::size_t before = allocations;
    for (int i = 0; i < 100; ++i) co_await send_and_receive(peer, message);
    counted = detail::sanitized ? 0 : allocations - before;
    server.cancel();
  });
  co_return counted;
}

TEST_P(echo_allocations, an_echo_of_a_small_message_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of_echo(64); }), 0U);
}

TEST_P(echo_allocations, an_echo_of_a_large_message_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of_echo(100'000); }), 0U);
}

}  // namespace
