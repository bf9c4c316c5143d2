// Clients that send a byte now and then, on virtual time: each has its time and no more.
#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/http/served_test.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;
using pirn::testing::run_virtual;

task<> say_length(exchange& current) {
  const std::string body = co_await current.read_all(1'000'000);
  current.respond(status::ok, std::to_string(body.size()));
}

struct slow_answer {
  std::string text;
  duration after{};  ///< when the connection ended
};

/// Sends `text` a byte each `pause`, as long as the server listens.
task<> trickle(net::tcp_stream& to, std::string_view text, duration pause) {
  try {
    for (std::size_t i = 0; i < text.size(); ++i) {
      co_await to.write_all(text.substr(i, 1));
      co_await sleep_for(pause);
    }
  } catch (const std::system_error&) {  // it has ended
  }
}

slow_answer ask_slowly(std::string_view at_once, std::string_view slowly, duration pause) {
  slow_answer got;
  run_virtual([&]() -> task<> {
    co_await served(say_length, [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      const time_point begun = now();
      co_await peer.write_all(at_once);
      auto listen = [&]() -> task<> {
        try {
          for (;;) {
            const lease chunk = co_await peer.read();
            if (chunk.empty()) break;
            got.text += chunk.text();
          }
        } catch (const std::system_error&) {  // a reset is an end, too
        }
        got.after = now() - begun;
      };
      co_await race(listen(), [&]() -> task<> {
        co_await trickle(peer, slowly, pause);
        co_await sleep_for(24h);
      }());
    });
  });
  return got;
}

TEST(slow_client, a_head_has_its_time_as_a_whole_however_steadily_it_comes) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX-Padding: " + std::string(1000, 'x');
  const slow_answer got = ask_slowly("", head, 1s);
  EXPECT_TRUE(got.text.starts_with("HTTP/1.1 408 ")) << got.text;
  EXPECT_GE(got.after, duration(10s));
  EXPECT_LT(got.after, duration(20s));
}

TEST(slow_client, a_connection_without_a_request_has_its_idle_time) {
  const slow_answer got = ask_slowly("", "", 1s);
  EXPECT_EQ(got.text, "");
  EXPECT_GE(got.after, duration(75s));
  EXPECT_LT(got.after, duration(80s));
}

TEST(slow_client, a_body_that_stops_is_given_up) {
  const slow_answer got =
      ask_slowly("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "abc", 1s);
  EXPECT_FALSE(got.text.starts_with("HTTP/1.1 200")) << got.text;
  EXPECT_GE(got.after, duration(30s));
  EXPECT_LT(got.after, duration(50s));
}

TEST(slow_client, a_proxy_that_says_nothing_has_the_heads_time_and_ends_nobody_else) {
  const handler say_hello = [](exchange& current) -> task<> {
    current.respond(status::ok, "hello");
    co_return;
  };
  run_virtual([&]() -> task<> {
    co_await served(say_hello, {.behind_proxy = true}, [](endpoint where) -> task<> {
      const time_point begun = now();
      net::tcp_stream silent = co_await net::connect(where);
      std::string heard;
      try {
        const lease chunk = co_await silent.read();
        heard = chunk.text();
      } catch (const std::system_error&) {  // a reset is an end, too
      }
      EXPECT_EQ(heard, "");
      EXPECT_GE(now() - begun, duration(10s));
      const std::string answer = co_await talk(
          where, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    });
  });
}

// What a body may take as a whole is for its handler to say.
TEST(slow_client, a_handler_can_bound_the_time_of_a_body_that_keeps_coming) {
  duration taken{};
  const handler bounded = [&](exchange& current) -> task<> {
    const time_point begun = now();
    const auto body = co_await move_on_after(60s, current.read_all(1'000'000));
    taken = now() - begun;
    EXPECT_FALSE(body);
    current.respond(status::request_timeout, "too slow");
  };
  run_virtual([&]() -> task<> {
    co_await served(bounded, [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      co_await peer.write_all("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
      co_await trickle(peer, std::string(100, 'b'), 1s);
    });
  });
  EXPECT_EQ(taken, duration(60s));
}

}  // namespace
