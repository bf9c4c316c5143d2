// client: requests over kept connections, on each driver.
#include "pirn/http/client.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/http/scripted_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;

class http_client_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, http_client_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// What a client asks for here, and gets.
task<> site(exchange& current) {
  const std::string path(current.request().path());
  if (path == "/streamed") {
    current.start(status::ok);
    for (int i = 0; i < 5; ++i) co_await current.write(std::string(1000, 's'));
  } else if (path.starts_with("/to/")) {
    current.headers().add(field_id::location, path.substr(3));
    current.respond_empty(status::found);
  } else if (path == "/loop") {
    current.headers().add(field_id::location, "/loop");
    current.respond_empty(status::found);
  } else if (path == "/echo") {
    std::string body = co_await current.read_all(1 << 20);
    current.respond(status::ok, std::string(to_string(current.request().method)) + " " + body);
  } else if (path == "/missing") {
    current.respond(status::not_found, "none");
  } else {
    current.respond(status::ok, path);
  }
}

TEST_P(http_client_test, one_connection_serves_request_after_request) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      for (int i = 0; i < 5; ++i) {
        response answer = co_await asking.get(base(where) + "/page");
        EXPECT_TRUE(answer.ok());
        EXPECT_EQ(answer.content_length(), 5U);
        std::string body = co_await answer.read_all();
        EXPECT_EQ(body, "/page");
      }
      EXPECT_EQ(asking.count().connections, 1U);
      EXPECT_EQ(asking.count().requests, 5U);
      EXPECT_EQ(asking.count().idle, 1U);
    });
  });
}

TEST_P(http_client_test, requests_at_once_have_connections_of_their_own) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      auto fetch = [&](std::string path) -> task<std::string> {
        response answer = co_await asking.get(base(where) + path);
        std::string body = co_await answer.read_all();
        co_return body;
      };
      auto [a, b, c] = co_await gather(fetch("/a"), fetch("/b"), fetch("/c"));
      EXPECT_EQ(a + b + c, "/a/b/c");
      EXPECT_EQ(asking.count().connections, 3U);
      EXPECT_EQ(asking.count().idle, 3U);
    });
  });
}

TEST_P(http_client_test, head_and_empty_answers_leave_the_connection_free) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      for (int i = 0; i < 3; ++i) {
        response answer = co_await asking.request(method::head, url::parse(base(where) + "/page"));
        EXPECT_TRUE(answer.ok());
      }
      EXPECT_EQ(asking.count().connections, 1U);
    });
  });
}

TEST_P(http_client_test, a_response_left_unread_closes_its_connection) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      {
        response answer = co_await asking.get(base(where) + "/streamed");
      }
      EXPECT_EQ(asking.count().idle, 0U);
      response next = co_await asking.get(base(where) + "/page");
      EXPECT_EQ(asking.count().connections, 2U);
    });
  });
}

TEST_P(http_client_test, a_body_is_sent_and_any_status_is_an_answer) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      const url echo = url::parse(base(where) + "/echo");
      request_content content;
      content.body = std::string(100'000, 'u');
      response answer = co_await asking.request(method::put, echo, content);
      std::string body = co_await answer.read_all();
      EXPECT_TRUE(body == "PUT " + content.body);
      response missing = co_await asking.get(base(where) + "/missing");
      EXPECT_EQ(missing.status(), status::not_found);
      EXPECT_FALSE(missing.ok());
    });
  });
}

TEST_P(http_client_test, redirections_are_followed_to_their_end) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      response answer = co_await asking.get(base(where) + "/to/to/page");
      std::string body = co_await answer.read_all();
      EXPECT_EQ(body, "/page");
      EXPECT_EQ(answer.location().path(), "/page");
      EXPECT_EQ(asking.count().connections, 1U);
      request_content content;
      content.body = "form";
      answer = co_await asking.request(method::post, url::parse(base(where) + "/to/echo"), content);
      body = co_await answer.read_all();
      EXPECT_EQ(body, "GET ");
      std::string message = co_await failure_of(asking, base(where) + "/loop");
      EXPECT_TRUE(message.starts_with("GET " + base(where) + "/loop: too many redirections"))
          << message;
    });
  });
}

TEST_P(http_client_test, a_kept_connection_that_the_server_closed_is_replaced) {
  on_loop([]() -> task<> {
    co_await served(site, {.idle_timeout = 10ms}, [](endpoint where) -> task<> {
      client asking;
      for (int i = 0; i < 2; ++i) {
        response answer = co_await asking.get(base(where) + "/page");
        std::string body = co_await answer.read_all();
        EXPECT_EQ(body, "/page");
        co_await sleep_for(40ms);
      }
      EXPECT_EQ(asking.count().connections, 2U);
    });
  });
}

TEST_P(http_client_test, a_body_in_chunks_or_until_the_close_is_streamed) {
  on_loop([]() -> task<> {
    co_await served(site, [](endpoint where) -> task<> {
      client asking;
      response answer = co_await asking.get(base(where) + "/streamed");
      EXPECT_FALSE(answer.content_length().has_value());
      std::string body = co_await answer.read_all();
      EXPECT_EQ(body.size(), 5000U);
      EXPECT_EQ(asking.count().idle, 1U);
    });
    const std::vector<std::string> answers{"HTTP/1.1 200 OK\r\n\r\nuntil the end"};
    co_await scripted(answers, [](endpoint where) -> task<> {
      client asking;
      response answer = co_await asking.get(base(where) + "/");
      std::string body = co_await answer.read_all();
      EXPECT_EQ(body, "until the end");
      EXPECT_EQ(asking.count().idle, 0U);
    });
  });
}

TEST_P(http_client_test, interim_answers_are_passed_over) {
  const std::string text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal";
  on_loop([&]() -> task<> {
    const std::vector<std::string> answers{text};
    co_await scripted(answers, [](endpoint where) -> task<> {
      client asking;
      response answer = co_await asking.get(base(where) + "/");
      EXPECT_EQ(answer.status(), status::ok);
      std::string body = co_await answer.read_all();
      EXPECT_EQ(body, "real");
    });
  });
}

TEST_P(http_client_test, interim_answers_without_end_are_an_error) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "HTTP/1.1 103 Early Hints\r\n\r\n";
  on_loop([&]() -> task<> {
    const std::vector<std::string> answers{text};
    co_await scripted(answers, [](endpoint where) -> task<> {
      client asking;
      std::string message;
      try {
        co_await asking.get(base(where) + "/");
      } catch (const std::system_error& error) {
        message = error.what();
      }
      EXPECT_NE(message.find("interim responses without end"), std::string::npos) << message;
    });
  });
}

TEST_P(http_client_test, a_body_cut_short_says_how_many_bytes_came) {
  on_loop([]() -> task<> {
    const std::vector<std::string> answers{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234"};
    co_await scripted(answers, [](endpoint where) -> task<> {
      client asking;
      std::string message = co_await failure_of(asking, base(where) + "/");
      EXPECT_NE(message.find("4 of 10 bytes"), std::string::npos) << message;
      EXPECT_NE(message.find(where.to_string()), std::string::npos) << message;
    });
  });
}

TEST_P(http_client_test, a_server_that_says_nothing_or_nonsense_is_an_error_with_its_name) {
  on_loop([]() -> task<> {
    const std::vector<std::string> answers{"", "SSH-2.0-nonsense\r\n"};
    co_await scripted(answers, [](endpoint where) -> task<> {
      client asking;
      std::string message = co_await failure_of(asking, base(where) + "/");
      EXPECT_TRUE(message.starts_with("response from " + where.to_string() + ": the server closed"))
          << message;
      message = co_await failure_of(asking, base(where) + "/");
      EXPECT_TRUE(message.starts_with("response from " + where.to_string())) << message;
    });
  });
}

TEST_P(http_client_test, a_server_that_takes_too_long_is_a_timeout_with_the_url) {
  auto slow = [](exchange& current) -> task<> {
    if (current.request().path() == "/body") {
      current.start(status::ok, 10);
      co_await current.write("half");
    }
    co_await sleep_for(10s);
    if (!current.has_started()) current.respond(status::ok, "late");
  };
  on_loop([&]() -> task<> {
    co_await served(slow, [](endpoint where) -> task<> {
      client asking({.response_timeout = 30ms, .read_timeout = 30ms});
      const time_point start = now();
      std::string message = co_await failure_of<timeout_error>(asking, base(where) + "/head");
      EXPECT_EQ(message, "GET " + base(where) + "/head: timed out");
      message = co_await failure_of<timeout_error>(asking, base(where) + "/body");
      EXPECT_EQ(message, "read the response from " + where.to_string() + ": timed out");
      EXPECT_LT(now() - start, 5s);
    });
  });
}

TEST_P(http_client_test, an_unreachable_server_is_an_error_with_its_address) {
  on_loop([]() -> task<> {
    endpoint nobody;
    {
      net::listener gone(net::loopback(0));
      nobody = gone.local();
    }
    client asking;
    std::string message = co_await failure_of(asking, base(nobody) + "/");
    EXPECT_EQ(message, "connect " + nobody.to_string() + ": Connection refused");
    message = co_await failure_of(asking, "https://" + nobody.to_string() + "/");
    EXPECT_EQ(message, "connect " + nobody.to_string() + ": Connection refused");
  });
}

TEST_P(http_client_test, a_cancelled_request_closes_its_connection) {
  auto slow = [](exchange& current) -> task<> {
    co_await sleep_for(10s);
    current.respond(status::ok);
  };
  on_loop([&]() -> task<> {
    co_await served(slow, [](endpoint where) -> task<> {
      client asking;
      auto none = co_await move_on_after(10ms, asking.get(base(where) + "/"));
      EXPECT_FALSE(none.has_value());
      EXPECT_EQ(asking.count().idle, 0U);
    });
  });
}

}  // namespace
