// stream: what TLS lets through and what it refuses, over memory and over each driver's sockets.
#include "pirn/tls/stream.hpp"

#include <array>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/testing/run_virtual.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::tls;
using pirn::testing::message_of;
using pirn::testing::run_virtual;

static_assert(io::byte_stream<tls::stream>);

TEST(tls_stream, megabytes_cross_in_both_directions_at_once) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    const std::string text = some_text(3 << 20);
    auto [a, b, at_server, at_client] =
        co_await gather(send_and_end(ends.client, text), send_and_end(ends.server, text),
                        read_to_end(ends.server), read_to_end(ends.client));
    EXPECT_EQ(at_server, text);
    EXPECT_EQ(at_client, text);
  });
}

TEST(tls_stream, works_however_the_transport_cuts_the_bytes) {
  run_virtual([]() -> task<> {
    auto [near, far] = io::memory_pair(1);
    const std::string text = some_text(3000);
    auto [at_client, at_server] = co_await gather(
        exchange(tls::wrap_client(std::move(near), "localhost", made().client()), text),
        exchange(tls::wrap_server(std::move(far), made().server()), text));
    EXPECT_EQ(at_client, text);
    EXPECT_EQ(at_server, text);
  });
}

TEST(tls_stream, small_messages_are_not_held_back) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    for (int i = 0; i < 100; ++i) {
      co_await ends.client.write_all("ping");
      lease chunk = co_await ends.server.read();
      EXPECT_EQ(chunk.text(), "ping");
      co_await ends.server.write_all("pong");
      chunk = co_await ends.client.read();
      EXPECT_EQ(chunk.text(), "pong");
    }
  });
}

TEST(tls_stream, after_its_end_writing_fails_and_reading_goes_on) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    co_await ends.client.shut_down_writing();
    co_await ends.client.shut_down_writing();
    const std::string message = co_await message_of([&] { return ends.client.write_all("x"); });
    EXPECT_EQ(message, "write to localhost (memory): Broken pipe");
    co_await ends.server.write_all("answer");
    const lease chunk = co_await ends.client.read();
    EXPECT_EQ(chunk.text(), "answer");
  });
}

TEST(tls_stream, an_end_without_close_notify_is_an_error) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    co_await ends.server.write_all("half a");
    ends.server.close();
    const lease chunk = co_await ends.client.read();
    EXPECT_EQ(chunk.text(), "half a");
    for (int i = 0; i < 2; ++i) {
      const std::string message = co_await message_of<tls::error>(
          [&]() -> task<> { const lease more = co_await ends.client.read(); });
      EXPECT_EQ(message, "read from localhost (memory): the connection ended without close_notify");
    }
  });
}

TEST(tls_stream, one_direction_may_end_while_the_other_goes_on) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    co_await send_and_end(ends.client, "question");
    const std::string question = co_await read_to_end(ends.server);
    EXPECT_EQ(question, "question");
    const lease end = co_await ends.server.read();
    EXPECT_TRUE(end.empty());
    co_await send_and_end(ends.server, "answer");
    const std::string answer = co_await read_to_end(ends.client);
    EXPECT_EQ(answer, "answer");
  });
}

TEST(tls_stream, a_byte_that_was_changed_on_the_way_is_noticed) {
  run_virtual([]() -> task<> {
    auto [client_side, near] = io::memory_pair();
    auto [far, server_side] = io::memory_pair();
    bool falsify = false;
    auto pass_on = [&](io::memory_stream& from, io::memory_stream& to) -> task<> {
      for (;;) {
        const lease chunk = co_await from.read();
        std::string bytes(chunk.text());
        if (falsify) bytes.back() ^= 1;
        co_await to.write_all(bytes);
      }
    };
    std::optional<both_ends> ends;  // outlives those who pass on
    std::string message;
    auto talk = [&]() -> task<> {
      auto [client, server] =
          co_await gather(tls::wrap_client(std::move(client_side), "localhost", made().client()),
                          tls::wrap_server(std::move(server_side), made().server()));
      ends.emplace(std::move(client), std::move(server));
      falsify = true;
      co_await ends->client.write_all("to be changed");
      message = co_await message_of<tls::error>(
          [&]() -> task<> { const lease chunk = co_await ends->server.read(); });
    };
    co_await race(talk(), pass_on(near, far), pass_on(far, near));
    EXPECT_EQ(message, "read from memory: decryption failed or bad record mac");
  });
}

TEST(tls_stream, a_cancelled_read_loses_nothing) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    const auto none = co_await move_on_after(1s, ends.server.read());
    EXPECT_FALSE(none);
    co_await ends.client.write_all("kept");
    const lease chunk = co_await ends.server.read();
    EXPECT_EQ(chunk.text(), "kept");
  });
}

// Who is cancelled closes its end; the other may see that before it is cancelled itself.
TEST(tls_stream, can_be_cancelled_at_every_await) {
  const tls::context client = made().client();
  const tls::context server = made().server();
  const auto program = [&]() -> task<> {
    auto [near, far] = io::memory_pair(500);
    const std::string text = some_text(2000);
    co_await gather(exchange(tls::wrap_client(std::move(near), "localhost", client), text),
                    exchange(tls::wrap_server(std::move(far), server), text));
  };
  const auto check = [](const pirn::testing::cancelled_run& run) {
    try {
      if (run.error && run.point > 0) std::rethrow_exception(run.error);
    } catch (const std::system_error& error) {
      if (error.code() == tls::errc::truncated || error.code() == std::errc::broken_pipe) return;
    } catch (...) {
    }
    pirn::testing::expect_no_error(run);
  };
  EXPECT_GT(pirn::testing::cancel_each_await(program, check), 30U);
  EXPECT_GT(
      pirn::testing::cancel_each_await(program, [](const auto&) {},
                                       {.target = pirn::testing::cancel_target::suspended_task}),
      30U);
}

class tls_driver_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, tls_driver_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(tls_driver_test, connects_over_tcp_by_the_host_s_name) {
  on_loop([]() -> task<> {
    net::listener where(net::loopback(0));
    auto serve = [&]() -> task<> {
      net::tcp_stream plain = co_await where.accept();
      tls::stream peer = co_await tls::wrap_server(std::move(plain), made().server());
      io::buffered_reader lines(peer);
      const std::string_view line = co_await lines.read_line();
      co_await send_and_end(peer, line);
    };
    auto ask = [&]() -> task<std::string> {
      tls::stream peer = co_await tls::connect("localhost", where.local().port(), made().client());
      co_await peer.write_all("over the wire\n");
      std::string answer = co_await read_to_end(peer);
      co_return answer;
    };
    auto [answer, served] = co_await gather(ask(), serve());
    EXPECT_EQ(answer, "over the wire\n");
  });
}

// STARTTLS: the same connection, first in the clear.
TEST_P(tls_driver_test, a_conversation_may_become_secure) {
  on_loop([]() -> task<> {
    net::listener where(net::loopback(0));
    auto serve = [&]() -> task<> {
      net::tcp_stream plain = co_await where.accept();
      const lease wish = co_await plain.read();
      EXPECT_EQ(wish.text(), "STARTTLS");
      co_await plain.write_all("go ahead");
      tls::stream peer = co_await tls::wrap_server(std::move(plain), made().server());
      const std::string secret = co_await read_to_end(peer);
      EXPECT_EQ(secret, "secret");
      co_await send_and_end(peer, "kept");
    };
    auto ask = [&]() -> task<> {
      net::tcp_stream plain = co_await net::connect(where.local());
      co_await plain.write_all("STARTTLS");
      const lease answer = co_await plain.read();
      EXPECT_EQ(answer.text(), "go ahead");
      tls::stream peer = co_await tls::wrap_client(std::move(plain), "localhost", made().client());
      co_await send_and_end(peer, "secret");
      const std::string kept = co_await read_to_end(peer);
      EXPECT_EQ(kept, "kept");
    };
    co_await gather(serve(), ask());
  });
}

TEST_P(tls_driver_test, its_end_can_be_said_without_waiting_where_the_system_takes_it) {
  on_loop([]() -> task<> {
    net::listener where(net::loopback(0));
    auto serve = [&]() -> task<> {
      net::tcp_stream plain = co_await where.accept();
      tls::stream peer = co_await tls::wrap_server(std::move(plain), made().server());
      co_await peer.write_all("all");
      const bool said = peer.try_shut_down_writing();
      EXPECT_EQ(said, !is_virtual()) << "a simulated socket takes nothing at once";
      if (said) {
        EXPECT_TRUE(peer.try_shut_down_writing()) << "it was said already";
      }
    };
    auto ask = [&]() -> task<> {
      tls::stream peer = co_await tls::connect("localhost", where.local().port(), made().client());
      EXPECT_EQ(peer.carrier()->peer(), where.local());
      const std::string message = co_await message_of<tls::error>([&]() -> task<> {
        const std::string all = co_await read_to_end(peer);
        EXPECT_EQ(all, "all");
      });
      EXPECT_EQ(message.empty(), !is_virtual()) << message;
    };
    co_await gather(ask(), serve());
  });
}

TEST(tls_stream, memory_takes_nothing_at_once) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    EXPECT_FALSE(ends.client.try_shut_down_writing());
  });
}

// What is seen below: the head of a record is five bytes, the first of which tells its kind.
TEST(tls_stream, small_parts_go_in_one_record) {
  run_virtual([]() -> task<> {
    auto [client_side, near] = io::memory_pair();
    auto [far, server_side] = io::memory_pair();
    std::size_t records = 0;
    auto pass_on = [&](io::memory_stream& from, io::memory_stream& to) -> task<> {
      std::string bytes;
      for (;;) {
        const lease chunk = co_await from.read();
        co_await to.write_all(chunk.bytes());
        bytes += chunk.text();
        while (bytes.size() >= 5) {
          const auto high = static_cast<unsigned char>(bytes[3]);
          const auto low = static_cast<unsigned char>(bytes[4]);
          const std::size_t size = 5 + 256 * std::size_t{high} + low;
          if (bytes.size() < size) break;
          ++records;
          bytes.erase(0, size);
        }
      }
    };
    std::optional<both_ends> ends;  // outlives those who pass on
    auto talk = [&]() -> task<> {
      auto [client, server] =
          co_await gather(tls::wrap_client(std::move(client_side), "localhost", made().client()),
                          tls::wrap_server(std::move(server_side), made().server()));
      ends.emplace(std::move(client), std::move(server));
      co_await ends->server.write_all("first");  // and with it the tickets
      lease chunk = co_await ends->client.read();
      co_await sleep_for(1s);
      records = 0;
      const std::array parts{net::part("one, "), net::part("two, "), net::part("three")};
      co_await ends->server.write_all(std::span(parts));
      chunk = co_await ends->client.read();
      EXPECT_EQ(chunk.text(), "one, two, three");
      co_await sleep_for(1s);
    };
    co_await race(talk(), pass_on(near, far), pass_on(far, near));
    EXPECT_EQ(records, 1U);
  });
}

TEST(tls_stream, large_parts_arrive_in_order) {
  run_virtual([]() -> task<> {
    both_ends ends = co_await connected(made().client(), made().server());
    const std::string large = some_text(100'000);
    const std::array parts{net::part("head"), net::part(large), net::part("tail")};
    auto send = [&]() -> task<> {
      co_await ends.client.write_all(std::span(parts));
      co_await ends.client.shut_down_writing();
    };
    auto [sent, all] = co_await gather(send(), read_to_end(ends.server));
    EXPECT_TRUE(all == "head" + large + "tail");
  });
}

TEST(tls_stream, may_lie_within_another) {
  run_virtual([]() -> task<> {
    both_ends outer = co_await connected(made().client(), made().server());
    auto [client, server] = co_await gather(
        exchange(tls::wrap_client(std::move(outer.client), "localhost", made().client()), "ask"),
        exchange(tls::wrap_server(std::move(outer.server), made().server()), "answer"));
    EXPECT_EQ(client, "answer");
    EXPECT_EQ(server, "ask");
  });
}

}  // namespace
