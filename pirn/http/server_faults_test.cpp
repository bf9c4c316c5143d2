// server: clients that misbehave end their own connection, and the rest goes on.
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/http/served_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;

class server_faults_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, server_faults_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

constexpr std::string_view ordinary = "GET /ordinary HTTP/1.1\r\nHost: a\r\n\r\n";

/// A site with a hook that begins and ends with the handler for `/special`.
struct site {
  std::vector<std::string> told;
  int under_way = 0;

  struct visit {
    explicit visit(site& of) noexcept : of_(of) { ++of_.under_way; }
    visit(visit&&) = delete;  // counted once
    ~visit() { --of_.under_way; }
    site& of_;
  };

  /// Runs `use(address)` against a server whose `/special` is `special`, and then an ordinary
  /// request, which must be answered while nothing of the other is left.
  template <class Special, class Use>
  task<> serve(Special special, server_options options, Use use) {
    handler answer = [&](exchange& current) -> task<> {
      if (current.request().path() == "/special") {
        visit here(*this);
        co_await special(current);
      } else {
        current.respond(status::ok, "as usual");
      }
    };
    net::failure_sink sink = [&](const endpoint&, const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& known) {
        told.emplace_back(known.what());
      }
    };
    co_await served(answer, options, sink, [&](endpoint where) -> task<> {
      co_await use(where);
      std::string all = co_await talk(where, std::string(ordinary));
      EXPECT_EQ(body_of(all), "as usual");
      for (int i = 0; i < 500 && under_way > 0; ++i) co_await sleep_for(1ms);
      EXPECT_EQ(under_way, 0);
    });
  }
};

task<> write_for_ever(exchange& current) {
  current.start(status::ok);
  const std::string piece(100'000, 'x');
  for (;;) co_await current.write(piece);
}

task<> read_everything(exchange& current) {
  std::string body = co_await current.read_all(1'000'000);
  current.respond(status::ok, body);
}

/// All that comes until the end; a reset is one.
task<std::uint64_t> count_to_the_end(net::tcp_stream& from) {
  std::uint64_t bytes = 0;
  try {
    for (;;) {
      lease chunk = co_await from.read();
      if (chunk.empty()) co_return bytes;
      bytes += chunk.bytes().size();
    }
  } catch (const std::system_error&) {
  }
  co_return bytes;
}

TEST_P(server_faults_test, a_client_that_does_not_read_is_given_up_in_time) {
  on_loop([]() -> task<> {
    site tested;
    auto ask_and_wait = [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      co_await peer.write_all("GET /special HTTP/1.1\r\nHost: a\r\n\r\n");
      const time_point start = now();
      while (tested.under_way == 0) co_await sleep_for(1ms);
      while (tested.under_way > 0) co_await sleep_for(1ms);
      EXPECT_GE(now() - start, 30ms);
      EXPECT_LT(now() - start, 10s);
      std::uint64_t bytes = co_await count_to_the_end(peer);  // it ends: the connection is closed
      EXPECT_GT(bytes, 0U);
    };
    co_await tested.serve(write_for_ever, {.write_timeout = 30ms}, ask_and_wait);
    EXPECT_TRUE(tested.told.empty());
  });
}

TEST_P(server_faults_test, a_client_that_does_not_read_answers_kept_for_it_is_given_up_too) {
  if (!is_virtual()) return;  // where it is sure that the limit passes first
  auto megabytes = [](exchange& current) -> task<> {
    current.respond(status::ok, std::string(4'000'000, 'x'));
    co_return;
  };
  on_loop([&]() -> task<> {
    site tested;
    auto ask_and_wait = [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      std::string requests;
      for (int i = 0; i < 10; ++i) requests += "GET /special HTTP/1.1\r\nHost: a\r\n\r\n";
      co_await peer.write_all(requests);
      co_await sleep_for(100ms);
      std::uint64_t bytes = co_await count_to_the_end(peer);
      EXPECT_LT(bytes, 40'000'000U);
    };
    co_await tested.serve(megabytes, {.write_timeout = 20ms}, ask_and_wait);
  });
}

TEST_P(server_faults_test, a_reset_in_mid_upload_is_told_with_the_clients_address) {
  on_loop([]() -> task<> {
    site tested;
    endpoint client;
    auto break_off = [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      client = peer.local();
      co_await peer.write_all("POST /special HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
      while (tested.under_way == 0) co_await sleep_for(1ms);
      peer.reset_on_close();
    };
    co_await tested.serve(read_everything, {}, break_off);
    EXPECT_EQ(tested.told,
              std::vector{"read from " + client.to_string() + ": Connection reset by peer"});
  });
}

TEST_P(server_faults_test, an_end_in_mid_upload_is_told_with_what_came) {
  on_loop([]() -> task<> {
    site tested;
    endpoint client;
    auto break_off = [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      client = peer.local();
      co_await peer.write_all("POST /special HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    };
    co_await tested.serve(read_everything, {}, break_off);
    EXPECT_EQ(tested.told.size(), 1U);
    EXPECT_TRUE(tested.told.front().starts_with("request body from " + client.to_string()))
        << tested.told.front();
    EXPECT_NE(tested.told.front().find("after 4 of 9 bytes"), std::string::npos);
  });
}

TEST_P(server_faults_test, a_chunked_upload_that_breaks_the_rules_is_answered_400_and_told) {
  on_loop([]() -> task<> {
    site tested;
    auto upload = [&](endpoint where) -> task<> {
      std::string all = co_await talk(where,
                                      "POST /special HTTP/1.1\r\nHost: a\r\n"
                                      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n",
                                      afterwards::stays);
      EXPECT_EQ(first_line(all), "HTTP/1.1 400 Bad Request");
      EXPECT_EQ(count_of("HTTP/1.1", all), 1U);
    };
    co_await tested.serve(read_everything, {}, upload);
    EXPECT_EQ(tested.told.size(), 1U);
    EXPECT_TRUE(tested.told.front().starts_with("request body from ")) << tested.told.front();
  });
}

TEST_P(server_faults_test, a_reset_in_mid_download_ends_the_handler) {
  on_loop([]() -> task<> {
    site tested;
    endpoint client;
    auto break_off = [&](endpoint where) -> task<> {
      net::tcp_stream peer = co_await net::connect(where);
      client = peer.local();
      co_await peer.write_all("GET /special HTTP/1.1\r\nHost: a\r\n\r\n");
      lease chunk = co_await peer.read();
      EXPECT_EQ(first_line(chunk.text()), "HTTP/1.1 200 OK");
      peer.reset_on_close();
    };
    co_await tested.serve(write_for_ever, {}, break_off);
    EXPECT_EQ(tested.told.size(), 1U);
    EXPECT_TRUE(tested.told.front().starts_with("write to " + client.to_string() + ": "))
        << tested.told.front();
  });
}

TEST_P(server_faults_test, tls_and_noise_are_answered_400_and_the_end) {
  std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  hello += std::string(506, '\x5a');
  const std::pair<std::string, std::string> cases[] = {
      {hello, "TLS where plain HTTP is spoken\n"},
      {std::string(1000, '\0'), ""},
      {std::string("\xff\xfe\xfd", 3), ""},
      {"SSH-2.0-OpenSSH_9.2p1\r\n", ""},
  };
  on_loop([&]() -> task<> {
    site tested;
    auto speak = [&](endpoint where) -> task<> {
      for (const auto& [bytes, reason] : cases) {
        std::string all = co_await talk(where, bytes, afterwards::stays);
        EXPECT_EQ(count_of("HTTP/1.1 ", all), 1U) << all;
        EXPECT_EQ(count_of("Connection: close\r\n", all), 1U) << all;
        if (!reason.empty()) {
          EXPECT_EQ(first_line(all), "HTTP/1.1 400 Bad Request");
          EXPECT_EQ(body_of(all), reason);
        }
      }
    };
    co_await tested.serve(read_everything, {}, speak);
  });
}

TEST_P(server_faults_test, a_handler_that_answers_413_itself_knows_what_was_answered) {
  on_loop([]() -> task<> {
    site tested;
    std::optional<status> before;
    std::optional<status> after;
    auto small = [&](exchange& current) -> task<> {
      before = current.answered();
      try {
        co_await current.read_all(3);
      } catch (const std::system_error&) {
        after = current.answered();
        throw;
      }
    };
    auto upload = [&](endpoint where) -> task<> {
      std::string all = co_await talk(
          where, "POST /special HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789",
          afterwards::stays);
      EXPECT_EQ(first_line(all), "HTTP/1.1 413 Content Too Large");
    };
    co_await tested.serve(small, {}, upload);
    EXPECT_EQ(before, std::nullopt);
    EXPECT_EQ(after, status::content_too_large);
  });
}

}  // namespace
