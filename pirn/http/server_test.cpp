// server: HTTP/1.1 over streams, on each driver.
#include "pirn/http/server.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/http/router.hpp"
#include "pirn/http/served_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;

class http_server_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, http_server_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> say_path(exchange& current) {
  current.respond(status::ok, std::string(current.request().path()));
  co_return;
}

task<> say_body(exchange& current) {
  std::string body = co_await current.read_all(1000);
  current.respond(status::ok, body);
}

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

/// What `answer` makes of `text`, with `options`.
std::string exchanged(driver_choice driver, handler answer, std::string text,
                      server_options options = {}, afterwards then = afterwards::ends) {
  auto exchange = [&]() -> task<std::string> {
    std::string got;
    co_await served(answer, options,
                    [&](endpoint where) -> task<> { got = co_await talk(where, text, then); });
    co_return got;
  };
  return run({.driver = driver}, [&] { return timeout(20s, exchange()); });
}

TEST_P(http_server_test, a_connection_is_kept_for_the_next_request) {
  on_loop([]() -> task<> {
    co_await served(say_path, [](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      for (std::string_view path : {"/one", "/two", "/three"}) {
        co_await peer.write_all(get(path));
        lease chunk = co_await peer.read();
        EXPECT_EQ(first_line(chunk.text()), "HTTP/1.1 200 OK");
        EXPECT_EQ(body_of(chunk.text()), path);
      }
    });
  });
}

TEST_P(http_server_test, sixteen_requests_in_one_write_are_answered_in_order) {
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += get("/number/" + std::to_string(i), "X-Pad: 12345\r\n");
  std::string all = exchanged(GetParam(), say_path, requests);
  EXPECT_EQ(count_of("HTTP/1.1 200 OK", all), 16U);
  std::size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    at = all.find("\r\n\r\n/number/" + std::to_string(i), at);
    ASSERT_NE(at, std::string::npos) << i;
    ++at;
  }
}

TEST_P(http_server_test, the_head_stays_valid_while_body_pieces_come_and_handlers_wait) {
  auto slow = [](exchange& current) -> task<> {
    std::string before(current.request().path());
    std::string body = co_await current.read_all(1 << 20);
    co_await sleep_for(1ms);
    std::string after(current.request().path());
    std::string mark(current.request().fields.find("x-mark").value_or("none"));
    current.respond(status::ok, before + after + mark + std::to_string(body.size()));
  };
  on_loop([&]() -> task<> {
    co_await served(slow, [](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      std::string all =
          "POST /a HTTP/1.1\r\nHost: a\r\nX-Mark: m1\r\nContent-Length: 300000\r\n\r\n" +
          std::string(300000, 'x') +
          "POST /b HTTP/1.1\r\nHost: a\r\nX-Mark: m2\r\nContent-Length: 3\r\n\r\nabc" +
          get("/c", "Connection: close\r\n");
      auto send = [&]() -> task<> {
        std::string_view rest = all;
        while (!rest.empty()) {
          co_await peer.write_all(rest.substr(0, 7001));
          rest.remove_prefix(std::min<std::size_t>(7001, rest.size()));
        }
      };
      co_await send();
      std::string got;
      for (;;) {
        lease chunk = co_await peer.read();
        if (chunk.empty()) break;
        got += chunk.text();
      }
      EXPECT_EQ(count_of("/a/am1300000", got), 1U);
      EXPECT_EQ(count_of("/b/bm23", got), 1U);
      EXPECT_EQ(count_of("/c/cnone0", got), 1U);
    });
  });
}

TEST_P(http_server_test, head_is_answered_as_get_without_the_body) {
  std::string all = exchanged(GetParam(), say_path, "HEAD /path HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 200 OK");
  EXPECT_EQ(count_of("Content-Length: 5\r\n", all), 1U);
  EXPECT_EQ(body_of(all), "");
}

TEST_P(http_server_test, what_is_malformed_or_too_large_gets_its_status_and_the_end) {
  const server_options small{.limits = {.start_line_max_bytes = 100,
                                        .head_max_bytes = 300,
                                        .fields_max = 10,
                                        .body_max_bytes = 10}};
  const std::string host = " HTTP/1.1\r\nHost: a\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {"GET\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET /" + std::string(200, 'a') + host + "\r\n", "HTTP/1.1 414 URI Too Long"},
      {"GET /" + host + "X: " + std::string(400, 'a') + "\r\n\r\n",
       "HTTP/1.1 431 Request Header Fields Too Large"},
      {"POST /" + host + "Content-Length: 11\r\n\r\nhello world", "HTTP/1.1 413 Content Too Large"},
      {"POST /" + host + "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
       "HTTP/1.1 413 Content Too Large"},
      {"POST /" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n",
       "HTTP/1.1 501 Not Implemented"},
      {"NOSUCH /" + host + "\r\n", "HTTP/1.1 501 Not Implemented"},
      {"GET / HTTP/2.7\r\nHost: a\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported"},
  };
  for (const auto& [request, expected] : cases) {
    std::string all =
        exchanged(GetParam(), say_body, request + get("/after"), small, afterwards::stays);
    EXPECT_EQ(first_line(all), expected) << request;
    EXPECT_EQ(count_of("Connection: close\r\n", all), 1U) << request;
    EXPECT_EQ(count_of("HTTP/1.1", all), 1U) << request;
  }
}

TEST_P(http_server_test, read_all_beyond_its_own_limit_is_answered_413) {
  std::string all = exchanged(
      GetParam(), say_body,
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'), {},
      afterwards::stays);
  EXPECT_EQ(first_line(all), "HTTP/1.1 413 Content Too Large");
}

TEST_P(http_server_test, a_client_that_still_sends_gets_its_413_nevertheless) {
  on_loop([]() -> task<> {
    co_await served(say_body, {.limits = {.body_max_bytes = 10}}, [](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      co_await peer.write_all("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
      for (int i = 0; i < 20; ++i) {
        co_await peer.write_all(std::string(50000, 'x'));
        co_await sleep_for(200us);
      }
      lease chunk = co_await peer.read();
      EXPECT_EQ(first_line(chunk.text()), "HTTP/1.1 413 Content Too Large");
    });
  });
}

TEST_P(http_server_test, a_head_that_dribbles_in_is_answered_408_in_time) {
  const server_options hasty{.head_timeout = 60ms};
  on_loop([&]() -> task<> {
    co_await served(say_path, hasty, [](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      const time_point start = now();
      auto dribble = [&]() -> task<> {
        for (char letter : get("/a/long/path/that/never/ends")) {
          co_await peer.write_all(std::string_view(&letter, 1));
          co_await sleep_for(20ms);
        }
      };
      auto which = co_await race(dribble(), [&]() -> task<std::string> {
        lease chunk = co_await peer.read();
        co_return std::string(chunk.text());
      }());
      EXPECT_EQ(which.index(), 1U);
      if (which.index() == 1U) {
        EXPECT_EQ(first_line(std::get<1>(which)), "HTTP/1.1 408 Request Timeout");
      }
      EXPECT_LT(now() - start, 400ms);
    });
  });
}

TEST_P(http_server_test, a_body_that_does_not_come_is_answered_408) {
  std::string all =
      exchanged(GetParam(), say_body, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
                {.body_timeout = 20ms}, afterwards::stays);
  EXPECT_EQ(first_line(all), "HTTP/1.1 408 Request Timeout");
}

TEST_P(http_server_test, an_answer_that_was_begun_is_not_followed_by_a_408) {
  auto early = [](exchange& current) -> task<> {
    current.start(status::ok, 10);
    co_await current.write("01234");
    co_await current.read();
  };
  std::string all =
      exchanged(GetParam(), early, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
                {.body_timeout = 20ms}, afterwards::stays);
  EXPECT_EQ(body_of(all), "01234");
}

TEST_P(http_server_test, an_idle_connection_ends_without_a_word) {
  std::string all =
      exchanged(GetParam(), say_path, get("/once"), {.idle_timeout = 200ms}, afterwards::stays);
  EXPECT_EQ(count_of("HTTP/1.1", all), 1U);
}

TEST_P(http_server_test, a_client_that_waits_for_continue_is_told_to_go_on) {
  on_loop([]() -> task<> {
    co_await served(say_body, [](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      co_await peer.write_all(
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
      {
        lease interim = co_await peer.read();
        EXPECT_EQ(interim.text(), "HTTP/1.1 100 Continue\r\n\r\n");
      }
      co_await peer.write_all("body");
      lease answer = co_await peer.read();
      EXPECT_EQ(body_of(answer.text()), "body");
    });
  });
}

TEST_P(http_server_test, a_client_whose_body_is_not_wanted_is_not_told_to_go_on) {
  std::string all =
      exchanged(GetParam(), say_path,
                "POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
                {}, afterwards::stays);
  EXPECT_EQ(first_line(all), "HTTP/1.1 200 OK");
  EXPECT_EQ(count_of("100 Continue", all), 0U);
  EXPECT_EQ(count_of("Connection: close", all), 1U);
}

TEST_P(http_server_test, a_chunked_upload_is_put_together) {
  std::string all = exchanged(GetParam(), say_body,
                              "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(all), "abcdefg");
}

TEST_P(http_server_test, a_body_that_the_handler_leaves_is_skipped) {
  std::string all = exchanged(
      GetParam(), say_path,
      "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nGET / HTT" + get("/second"));
  EXPECT_EQ(count_of("HTTP/1.1 200 OK", all), 2U);
  EXPECT_EQ(count_of("/second", all), 1U);
}

TEST_P(http_server_test, a_streamed_answer_is_chunked_or_sized_or_ends_with_the_connection) {
  auto in_chunks = [](exchange& current) -> task<> {
    current.start(status::ok);
    co_await current.write("abc");
    co_await current.write("");
    co_await current.write("defghijklmno");
  };
  std::string all = exchanged(GetParam(), in_chunks, get("/"));
  EXPECT_EQ(count_of("Transfer-Encoding: chunked\r\n", all), 1U);
  EXPECT_EQ(body_of(all), "3\r\nabc\r\nc\r\ndefghijklmno\r\n0\r\n\r\n");
  all = exchanged(GetParam(), in_chunks, "GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(all), "abcdefghijklmno");
  all = exchanged(GetParam(), in_chunks, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(all), "");

  auto sized = [](exchange& current) -> task<> {
    current.start(status::ok, 6);
    co_await current.write("abc");
    co_await current.write("def");
  };
  all = exchanged(GetParam(), sized, get("/") + get("/"));
  EXPECT_EQ(count_of("Content-Length: 6\r\n", all), 2U);
  EXPECT_EQ(body_of(body_of(all)), "abcdef");
}

TEST_P(http_server_test, a_status_that_allows_no_body_is_answered_without_one) {
  for (status bodyless : {status::no_content, status::not_modified}) {
    auto whole = [bodyless](exchange& current) -> task<> {
      current.respond(bodyless, "no body");
      co_return;
    };
    std::string all = exchanged(GetParam(), whole, get("/") + get("/"));
    EXPECT_EQ(count_of("HTTP/1.1", all), 2U);
    EXPECT_EQ(count_of("no body", all), 0U);
    auto streamed = [bodyless](exchange& current) -> task<> {
      current.start(bodyless);
      co_await current.write("no body");
    };
    all = exchanged(GetParam(), streamed, get("/") + get("/"));
    EXPECT_EQ(count_of("HTTP/1.1", all), 2U);
    EXPECT_EQ(count_of("no body", all), 0U);
    EXPECT_EQ(count_of("0\r\n\r\n", all), 0U);
  }
}

TEST_P(http_server_test, a_sized_answer_can_be_neither_longer_nor_kept_when_shorter) {
  auto longer = [](exchange& current) -> task<> {
    current.start(status::ok, 2);
    co_await current.write("abc");
  };
  std::string all = exchanged(GetParam(), longer, get("/") + get("/"));
  EXPECT_EQ(count_of("HTTP/1.1", all), 1U);
  EXPECT_EQ(body_of(all), "");
  auto shorter = [](exchange& current) -> task<> {
    current.start(status::ok, 9);
    co_await current.write("abc");
  };
  all = exchanged(GetParam(), shorter, get("/") + get("/"));
  EXPECT_EQ(count_of("HTTP/1.1", all), 1U);
}

TEST_P(http_server_test, a_handler_that_throws_is_answered_500_and_the_next_connection_works) {
  auto throws = [](exchange& current) -> task<> {
    if (current.request().path() == "/bad") throw std::runtime_error("a mistake");
    return say_path(current);
  };
  on_loop([&]() -> task<> {
    int told = 0;
    auto sink = [&](const endpoint&, const std::exception_ptr&) { ++told; };
    co_await served(throws, {}, sink, [](endpoint where) -> task<> {
      std::string bad = co_await talk(where, get("/bad") + get("/good"));
      EXPECT_EQ(first_line(bad), "HTTP/1.1 500 Internal Server Error");
      EXPECT_EQ(count_of("HTTP/1.1", bad), 1U);
      std::string good = co_await talk(where, get("/good"));
      EXPECT_EQ(first_line(good), "HTTP/1.1 200 OK");
    });
    EXPECT_EQ(told, 1);
  });
}

TEST_P(http_server_test, a_handler_that_says_nothing_is_answered_500) {
  auto silent = [](exchange&) -> task<> { co_return; };
  std::string all = exchanged(GetParam(), silent, get("/"));
  EXPECT_EQ(first_line(all), "HTTP/1.1 500 Internal Server Error");
}

TEST_P(http_server_test, the_router_answers_404_and_405_and_head_by_get) {
  router routes;
  routes.get("/item/{name}", [](exchange& current) -> task<> {
    current.respond(status::ok, current.parameter("name"));
    co_return;
  });
  routes.post("/item/{name}", say_path);
  routes.get("/tree/{rest...}", [](exchange& current) -> task<> {
    current.respond(status::ok, current.parameter("rest"));
    co_return;
  });
  handler answer = [&routes](exchange& current) { return routes(current); };
  EXPECT_EQ(body_of(exchanged(GetParam(), answer, get("/item/a%20b"))), "a b");
  EXPECT_EQ(body_of(exchanged(GetParam(), answer, get("/tree/a/b%2Fc"))), "a/b/c");
  EXPECT_EQ(first_line(exchanged(GetParam(), answer, get("/item/"))), "HTTP/1.1 404 Not Found");
  std::string all = exchanged(GetParam(), answer, "DELETE /item/x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_EQ(count_of("Allow: GET, HEAD, POST\r\n", all), 1U);
  all = exchanged(GetParam(), answer, "HEAD /item/four HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(count_of("Content-Length: 4\r\n", all), 1U);
  EXPECT_EQ(body_of(all), "");
}

TEST(router, a_malformed_pattern_is_refused) {
  router routes;
  for (std::string_view bad : {"", "a", "/{", "/{}", "/{x...}/y"}) {
    EXPECT_THROW(routes.get(bad, say_path), std::invalid_argument) << bad;
  }
}

}  // namespace
