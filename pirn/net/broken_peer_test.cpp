// Peers that reset at any byte, fall silent, never read; and time that jumps.
#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/within.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/testing/census.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::run_virtual;
using pirn::testing::virtual_world;

class broken_peer_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, broken_peer_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

constexpr std::string_view exchange = "HELO me\nDATA 5\nhello\nQUIT\n";

/// Answers each line with its length.
task<> answer_lines(tcp_stream peer) {
  io::buffered_reader in(peer);
  for (;;) {
    const std::string_view line = co_await in.read_line();
    if (line.empty()) co_return;
    co_await peer.write_all(std::to_string(line.size()) + "\n");
  }
}

/// Sends the first `count` bytes and breaks the connection, by a reset or in order.
task<> send_some(endpoint where, std::size_t count, bool resets) {
  tcp_stream peer = co_await connect(where);
  co_await peer.write_all(exchange.substr(0, count));
  if (resets) peer.reset_on_close();
}

TEST_P(broken_peer_test, a_connection_that_breaks_at_any_byte_ends_alone) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      child<void> server = group.start(serve_on(where, answer_lines));
      for (const bool resets : {true, false}) {
        for (std::size_t count = 0; count <= exchange.size(); ++count) {
          co_await send_some(where.local(), count, resets);
        }
      }
      tcp_stream last = co_await connect(where.local());
      co_await last.write_all(exchange);
      co_await last.shut_down_writing();
      const std::string answers = co_await read_to_end(last);
      EXPECT_EQ(answers, "8\n7\n6\n5\n");
      server.cancel();
    });
  });
}

/// What a reader gets of a peer that breaks the connection after `count` bytes.
task<std::string> read_from_one_that_breaks(std::size_t count, bool& was_reset) {
  both_ends ends = co_await connected();
  co_await ends.client.write_all(exchange.substr(0, count));
  ends.client.reset_on_close();
  ends.client.close();
  std::string all;
  try {
    for (;;) {
      const lease chunk = co_await ends.server.read();
      if (chunk.empty()) break;
      all += chunk.text();
    }
  } catch (const std::system_error& error) {
    was_reset = error.code() == std::errc::connection_reset;
  }
  co_return all;
}

TEST_P(broken_peer_test, a_reader_knows_a_reset_from_an_end_at_any_byte) {
  on_loop([]() -> task<> {
    for (std::size_t count = 0; count <= exchange.size(); ++count) {
      bool was_reset = false;
      const std::string all = co_await read_from_one_that_breaks(count, was_reset);
      EXPECT_TRUE(was_reset) << count;
      EXPECT_TRUE(exchange.substr(0, count).starts_with(all)) << count;
    }
  });
}

TEST(silent_peer, is_given_up_by_who_set_himself_a_time_and_by_nobody_else) {
  virtual_world world;
  loop_runner::run(world.loop(), [](loop& home) -> task<> {
    both_ends ends = co_await connected();
    const time_point begun = home.now();
    const auto nothing = co_await move_on_after(24h, ends.server.read());
    EXPECT_FALSE(nothing);
    EXPECT_EQ(home.now() - begun, duration(24h));
    co_await ends.client.write_all("still here");  // half open was only silent
    const lease chunk = co_await ends.server.read();
    EXPECT_EQ(chunk.text(), "still here");
  }(world.loop()));
  EXPECT_EQ(pirn::testing::held_by(world.driver()), "");
}

// More than the two buffers between them is never under way, whatever waits to be written.
TEST(peer_that_never_reads, holds_its_writer_and_no_more_than_the_buffers) {
  virtual_world world;
  const std::string much(10 << 20, 'm');
  loop_runner::run(world.loop(), [](virtual_world& in, const std::string& text) -> task<> {
    both_ends ends = co_await connected();
    const auto before = in.driver().network_statistics();
    const bool written = co_await move_on_after(1h, ends.client.write_all(text));
    EXPECT_FALSE(written);
    const auto after = in.driver().network_statistics();
    const sim::network_options usual;
    EXPECT_LE(after.bytes_carried - before.bytes_carried, usual.receive_window_bytes);
    EXPECT_LE(after.packet_memories, 64U);
  }(world, much));
  EXPECT_EQ(pirn::testing::held_by(world.driver()), "");
}

TEST_P(broken_peer_test, one_that_never_reads_costs_its_server_nothing_but_the_connection) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    const std::string much(1 << 20, 'm');
    auto pour = [&](tcp_stream peer) -> task<> {
      co_await move_on_after(20ms, peer.write_all(much));
    };
    co_await with_group([&](task_group& group) -> task<> {
      child<void> server = group.start(serve_on(where, pour));
      std::vector<tcp_stream> clients;
      for (int i = 0; i < 20; ++i) clients.push_back(co_await connect(where.local()));
      co_await sleep_for(30ms);
      tcp_stream reader = co_await connect(where.local());
      const lease chunk = co_await reader.read();
      EXPECT_FALSE(chunk.empty());
      server.cancel();
    });
  });
}

// A virtual clock jumps over years as over nothing; all that is due on the way comes in its order.
TEST(time_that_jumps, passes_every_deadline_in_order_and_once) {
  run_virtual([]() -> task<> {
    std::vector<int> order;
    const time_point begun = now();
    co_await with_group([&](task_group& group) -> task<> {
      for (const int days : {400, 1, 30, 1, 20'000}) {
        group.spawn(
            [&](int later) -> task<> {
              co_await sleep_for(std::chrono::days(later));
              order.push_back(later);
            },
            days);
      }
      const bool late = co_await move_on_after(std::chrono::days(365), sleep_for(1000h * 24));
      EXPECT_FALSE(late);
      EXPECT_EQ(now() - begun, duration(std::chrono::days(365)));
    });
    EXPECT_EQ(order, (std::vector{1, 1, 30, 400, 20'000}));
  });
}

}  // namespace
