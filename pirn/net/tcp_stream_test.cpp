// tcp_stream: a connection as a stream of bytes, on each driver.
#include "pirn/net/tcp_stream.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

static_assert(io::byte_stream<tcp_stream>);

class tcp_stream_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, tcp_stream_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Writes until nobody takes any more: for ever.
task<> fill_up(tcp_stream& to) {
  const std::string much(64 * 1024, 'x');
  for (;;) co_await to.write_all(much);
}

TEST_P(tcp_stream_test, bytes_go_both_ways) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.write_all("ping");
    lease asked = co_await ends.server.read();
    EXPECT_EQ(asked.text(), "ping");
    co_await ends.server.write_all("pong");
    lease answered = co_await ends.client.read();
    EXPECT_EQ(answered.text(), "pong");
  });
}

TEST_P(tcp_stream_test, the_ends_know_each_others_addresses) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    EXPECT_EQ(ends.client.peer(), ends.server.local());
    EXPECT_EQ(ends.client.local(), ends.server.peer());
    EXPECT_TRUE(ends.client.is_open());
    ends.client.close();
    EXPECT_FALSE(ends.client.is_open());
  });
}

TEST_P(tcp_stream_test, megabytes_arrive_in_order_while_as_many_go_back) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    std::string big(4 << 20, '\0');
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 31 >> 7);
    auto send = [&](tcp_stream& to) -> task<> {
      co_await to.write_all(big);
      co_await to.shut_down_writing();
    };
    auto [a, b, at_server, at_client] = co_await gather(
        send(ends.client), send(ends.server), read_to_end(ends.server), read_to_end(ends.client));
    EXPECT_TRUE(at_server == big);
    EXPECT_TRUE(at_client == big);
  });
}

TEST_P(tcp_stream_test, a_write_that_is_awaited_again_writes_it_all_again) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    const std::string big(8 << 20, 'b');
    const slice parts[] = {part("<"), part(big), part(">")};
    auto send = [&]() -> task<> {
      auto one = ends.client.write_all(big);
      auto several = ends.client.write_all(std::span(parts));
      for (int i = 0; i < 2; ++i) {
        co_await one;
        co_await several;
      }
      co_await ends.client.shut_down_writing();
    };
    auto [sent, arrived] = co_await gather(send(), read_to_end(ends.server));
    EXPECT_TRUE(arrived == big + "<" + big + ">" + big + "<" + big + ">");
  });
}

TEST_P(tcp_stream_test, a_gather_list_arrives_as_one_run_of_bytes) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    const std::string middle(100'000, 'm');
    const slice parts[] = {part("<"), part(""), part(middle), part(">")};
    auto send = [&]() -> task<> {
      co_await ends.client.write_all(std::span(parts));
      ends.client.close();
    };
    auto [sent, all] = co_await gather(send(), read_to_end(ends.server));
    EXPECT_TRUE(all == "<" + middle + ">");
  });
}

TEST_P(tcp_stream_test, read_some_fills_the_callers_memory_and_ends_with_zero) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.write_all("abcdef");
    co_await ends.client.shut_down_writing();
    std::string got;
    for (;;) {
      std::byte room[4];
      std::size_t count = co_await ends.server.read_some(room);
      if (count == 0) break;
      EXPECT_LE(count, 4U);
      got.append(reinterpret_cast<const char*>(room), count);
    }
    EXPECT_EQ(got, "abcdef");
  });
}

TEST_P(tcp_stream_test, after_a_half_close_the_other_way_still_carries) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.write_all("question");
    co_await ends.client.shut_down_writing();
    std::string question = co_await read_to_end(ends.server);
    EXPECT_EQ(question, "question");
    co_await ends.server.write_all("answer");
    ends.server.close();
    std::string answer = co_await read_to_end(ends.client);
    EXPECT_EQ(answer, "answer");
  });
}

TEST_P(tcp_stream_test, the_end_of_the_stream_stays) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    ends.client.close();
    for (int time = 0; time < 3; ++time) {
      lease chunk = co_await ends.server.read();
      EXPECT_TRUE(chunk.empty());
    }
  });
}

TEST_P(tcp_stream_test, a_refused_connection_names_the_address) {
  on_loop([]() -> task<> {
    endpoint nobody;
    {
      listener gone(loopback(0));
      nobody = gone.local();
    }
    std::string message = co_await message_of([&] { return connect(nobody); });
    EXPECT_EQ(message, "connect " + nobody.to_string() + ": Connection refused");
  });
}

TEST_P(tcp_stream_test, reading_after_a_reset_is_an_error_that_names_the_peer) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    const std::string peer = ends.server.peer().to_string();
    ends.client.reset_on_close();
    ends.client.close();
    std::string message =
        co_await message_of([&]() -> task<> { lease none = co_await ends.server.read(); });
    EXPECT_EQ(message, "read from " + peer + ": Connection reset by peer");
  });
}

TEST_P(tcp_stream_test, writing_to_a_closed_peer_becomes_an_error_and_no_signal) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    ends.server.reset_on_close();
    ends.server.close();
    co_await sleep_for(5ms);
    std::string message = co_await message_of([&] { return fill_up(ends.client); });
    EXPECT_TRUE(message.starts_with("write to 127.0.0.1:")) << message;
  });
}

TEST_P(tcp_stream_test, a_cancelled_read_loses_nothing) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    for (int round = 0; round < 3; ++round) {
      auto early = co_await move_on_after(2ms, ends.server.read());
      EXPECT_FALSE(early.has_value());
      co_await ends.client.write_all("late");
      lease chunk = co_await ends.server.read();
      EXPECT_EQ(chunk.text(), "late");
    }
  });
}

TEST_P(tcp_stream_test, a_cancelled_read_some_leaves_the_stream_good) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    std::byte room[8];
    auto early = co_await move_on_after(2ms, ends.server.read_some(room));
    EXPECT_FALSE(early.has_value());
    co_await ends.client.write_all("later");
    std::size_t count = co_await ends.server.read_some(room);
    EXPECT_EQ(count, 5U);
  });
}

TEST_P(tcp_stream_test, a_write_that_nobody_takes_can_be_cancelled) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    bool ended = co_await move_on_after(20ms, fill_up(ends.client));
    EXPECT_FALSE(ended);
  });
}

TEST_P(tcp_stream_test, a_cancelled_connect_leaves_nothing_behind) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    cancel_scope scope;
    scope.cancel();
    auto none = co_await within(scope, connect(where.local()));
    EXPECT_FALSE(none.has_value());
    auto accepted = co_await move_on_after(2ms, where.accept());
    EXPECT_FALSE(accepted.has_value());
  });
}

TEST_P(tcp_stream_test, select_over_reading_and_sleeping_loses_no_byte) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    auto drip = [&]() -> task<> {
      for (int i = 0; i < 200; ++i) {
        std::string letter(1, static_cast<char>('a' + i % 26));
        co_await ends.client.write_all(letter);
        if (i % 3 == 0) co_await sleep_for(100us);
      }
      ends.client.close();
    };
    auto collect = [&]() -> task<std::string> {
      std::string all;
      for (;;) {
        auto which = co_await select(ends.server.read(), sleep_for(50us));
        if (which.index() == 1) continue;
        const lease& chunk = std::get<0>(which);
        if (chunk.empty()) co_return all;
        all += chunk.text();
      }
    };
    auto [done, all] = co_await gather(drip(), collect());
    EXPECT_EQ(all.size(), 200U);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<char>('a' + i % 26));
  });
}

TEST_P(tcp_stream_test, a_lease_outlives_its_stream) {
  on_loop([]() -> task<> {
    lease kept;
    {
      both_ends ends = co_await connected();
      co_await ends.client.write_all("kept");
      kept = co_await ends.server.read();
    }
    co_await sleep_for(1ms);
    EXPECT_EQ(kept.text(), "kept");
  });
}

TEST_P(tcp_stream_test, one_task_reads_while_another_writes_on_one_stream) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    auto echo = [&]() -> task<> {
      for (;;) {
        lease chunk = co_await ends.server.read();
        if (chunk.empty()) break;
        co_await ends.server.write_all(chunk);
      }
      co_await ends.server.shut_down_writing();
    };
    auto ask = [&]() -> task<> {
      for (int i = 0; i < 100; ++i) co_await ends.client.write_all(std::string(1000, 'e'));
      co_await ends.client.shut_down_writing();
    };
    auto [a, b, back] = co_await gather(echo(), ask(), read_to_end(ends.client));
    EXPECT_EQ(back.size(), 100'000U);
  });
}

TEST_P(tcp_stream_test, a_closed_stream_is_not_used) {
  auto read_from_closed = []() -> task<> {
    auto [client, server] = co_await connected();
    client.close();
    co_await client.read();
  };
  EXPECT_DEATH(on_loop(read_from_closed), "a stream that was closed or moved from is used");
}

}  // namespace
