// https: requests over TLS, on each driver.
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/http/client.hpp"
#include "pirn/http/server.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/tls/connected_test.hpp"
#include "pirn/tls/stream.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;
using pirn::testing::message_of;
using pirn::tls::made;

task<> say_where(exchange& current) {
  current.respond(status::ok,
                  std::string("you asked for ") + std::string(current.request().target));
  co_return;
}

class https_test : public pirn::testing::each_driver {
 protected:
  /// Runs `use(url)` against a server that shows `files`.
  template <class Use>
  static void served(
      const tls::certificate_files& files, server_options options, Use use,
      net::failure_sink failures = [](auto&&...) {}) {
    on_loop([&]() -> task<> {
      net::listener where(net::loopback(0));
      const std::string url = "https://localhost:" + std::to_string(where.local().port()) + "/";
      co_await race(serve_tls(where, made().server(files), say_where, options, failures), use(url));
    });
  }
};
INSTANTIATE_TEST_SUITE_P(drivers, https_test, pirn::testing::on_each(), pirn::testing::driver_name);

TEST_P(https_test, several_requests_share_one_connection) {
  served(made().good, {}, [](std::string url) -> task<> {
    client asking({}, made().client());
    for (const char* path : {"a", "b", "c"}) {
      response answer = co_await asking.get(url + path);
      const std::string body = co_await answer.read_all();
      EXPECT_EQ(body, std::string("you asked for /") + path);
    }
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(https_test, a_server_whom_nobody_trusts_is_refused_and_told) {
  std::string told;
  event is_told;
  const auto failures = [&](const endpoint&, const std::exception_ptr& error) {
    is_told.set();
    try {
      std::rethrow_exception(error);
    } catch (const tls::error& refused) {
      told = refused.what();
    }
  };
  const tls::certificate_files strange = made().authority.make({.self_signed = true});
  served(
      strange, {},
      [&](std::string url) -> task<> {
        client asking({}, made().client());
        const std::string message =
            co_await message_of<tls::error>([&]() -> task<> { co_await asking.get(url); });
        EXPECT_TRUE(message.ends_with("the certificate is self-signed")) << message;
        co_await is_told.wait();
      },
      failures);
  EXPECT_TRUE(told.contains("the peer refused: ")) << told;
}

TEST_P(https_test, a_client_that_is_made_to_offer_another_protocol_says_so) {
  static constexpr std::string_view h2[] = {"h2"};
  on_loop([]() -> task<> {
    net::listener where(net::loopback(0));
    const std::string url = "https://localhost:" + std::to_string(where.local().port()) + "/";
    auto ask = [](std::string whom) -> task<> {
      client asking({}, tls::context::client({.ca_file = made().ca_file, .alpn = h2}));
      const std::string message =
          co_await message_of<std::system_error>([&]() -> task<> { co_await asking.get(whom); });
      EXPECT_TRUE(message.contains("agree on h2")) << message;
    };
    tls::context how = tls::context::server(
        {.certificate_file = made().good.certificate, .key_file = made().good.key, .alpn = h2});
    co_await race(serve_tls(where, how, say_where, {}, [](auto&&...) {}), ask(url));
  });
}

// Without a length only the end could tell that the body is whole.
TEST_P(https_test, an_answer_that_its_handler_broke_off_does_not_look_whole) {
  const auto break_off = [](exchange& current) -> task<> {
    current.headers().set("Connection", "close");
    current.start(status::ok);
    co_await current.write(std::as_bytes(std::span(std::string_view("half of it"))));
    throw std::runtime_error("the disk is gone");
  };
  on_loop([&]() -> task<> {
    net::listener where(net::loopback(0));
    auto ask = [&]() -> task<> {
      net::tcp_stream plain = co_await net::connect(where.local());
      tls::stream secured =
          co_await tls::wrap_client(std::move(plain), "localhost", made().client());
      co_await secured.write_all("GET / HTTP/1.0\r\n\r\n");
      const std::string message = co_await message_of<tls::error>(
          [&]() -> task<> { const std::string all = co_await tls::read_to_end(secured); });
      EXPECT_TRUE(message.ends_with("without close_notify")) << message;
    };
    co_await race(serve_tls(where, made().server(), break_off, {}, [](auto&&...) {}), ask());
  });
}

/// Answers one request, and notes how the connection goes on: "" when it was ended in order.
task<> answer_one(net::listener& where, std::string& end) {
  net::tcp_stream plain = co_await where.accept();
  tls::stream peer = co_await tls::wrap_server(std::move(plain), made().server());
  const lease asked = co_await peer.read();
  co_await peer.write_all("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  end = co_await message_of<std::system_error>([&]() -> task<> {
    const lease rest = co_await peer.read();
    EXPECT_TRUE(rest.empty());
  });
}

TEST_P(https_test, a_client_that_goes_says_that_nothing_is_missing) {
  for (const bool closes : {true, false}) {
    on_loop([&]() -> task<> {
      net::listener where(net::loopback(0));
      const std::string url = "https://localhost:" + std::to_string(where.local().port()) + "/";
      auto ask = [&]() -> task<> {
        client asking({}, made().client());
        response answer = co_await asking.get(url);
        const std::string body = co_await answer.read_all();
        EXPECT_EQ(body, "ok");
        EXPECT_EQ(asking.count().idle, 1U);
        if (closes) co_await asking.close();
        EXPECT_EQ(asking.count().idle, closes ? 0U : 1U);
      };
      std::string end = "not yet";
      co_await gather(ask(), answer_one(where, end));
      const bool waits = !closes && is_virtual();  // a simulated socket takes nothing at once
      EXPECT_EQ(end.empty(), !waits) << end;
    });
  }
}

TEST_P(https_test, a_handler_knows_the_connection_s_tls_and_who_the_client_is) {
  const tls::certificate_files alice =
      made().authority.make({.subject = "alice", .names = "DNS:alice.example"});
  const auto tell = [](exchange& current) -> task<> {
    const tls::stream* secure = current.secured();
    if (secure == nullptr) {
      current.respond(status::ok, "in the clear");
      co_return;
    }
    const auto shown = secure->peer_certificate();
    std::string told(shown->subject + " " + shown->names.front() + " by " +
                     std::string(secure->alpn()));
    EXPECT_EQ(secure->version(), tls::version::tls_1_3);
    EXPECT_FALSE(secure->cipher().empty());
    current.respond(status::ok, told);
  };
  static constexpr std::string_view http[] = {"http/1.1"};
  on_loop([&]() -> task<> {
    net::listener where(net::loopback(0));
    const auto how = tls::context::server({.certificate_file = made().good.certificate,
                                           .key_file = made().good.key,
                                           .client_ca_file = made().ca_file,
                                           .alpn = http});
    auto ask = [&]() -> task<> {
      client asking({}, tls::context::client({.ca_file = made().ca_file,
                                              .certificate_file = alice.certificate,
                                              .key_file = alice.key,
                                              .alpn = http}));
      response answer =
          co_await asking.get("https://localhost:" + std::to_string(where.local().port()) + "/");
      const std::string body = co_await answer.read_all();
      EXPECT_EQ(body, "CN = alice DNS:alice.example by http/1.1");
    };
    co_await race(serve_tls(where, how, tell), ask());
    net::listener plain(net::loopback(0));
    auto ask_plainly = [&]() -> task<> {
      client asking;
      response answer = co_await asking.get("http://" + plain.local().to_string() + "/");
      const std::string body = co_await answer.read_all();
      EXPECT_EQ(body, "in the clear");
    };
    co_await race(serve(plain, tell), ask_plainly());
  });
}

TEST_P(https_test, a_plain_client_does_not_disturb_the_server) {
  served(made().good, {}, [](std::string url) -> task<> {
    client asking({.response_timeout = 5s}, made().client());
    const std::string plain = "http" + url.substr(5);
    const std::string message =
        co_await message_of([&]() -> task<> { co_await asking.get(plain); });
    EXPECT_NE(message, "");
    response answer = co_await asking.get(url);
    EXPECT_TRUE(answer.ok());
  });
}

}  // namespace
