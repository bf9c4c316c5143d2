// client: servers that misbehave are errors that say which one and what was wrong.
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/http/scripted_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;

class client_faults_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, client_faults_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// What a server answers, and what the client is to say of it.
using case_list = std::vector<std::pair<std::string, std::string>>;

/// What a client says of each answer, and that it asks the next as if nothing had been.
task<> expect_failures(const case_list& cases, client_options options = {}) {
  std::vector<std::string> answers;
  for (const auto& [answer, reason] : cases) {
    answers.push_back(answer);
    answers.emplace_back("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
  }
  co_await scripted(answers, [&](endpoint where) -> task<> {
    client asking(options);
    for (const auto& [answer, reason] : cases) {
      std::string message = co_await failure_of(asking, base(where) + "/");
      EXPECT_TRUE(message.starts_with("response from " + where.to_string() + ": ")) << message;
      EXPECT_NE(message.find(reason), std::string::npos) << message << "\nnot: " << reason;
      EXPECT_EQ(asking.count().idle, 0U);
      response next = co_await asking.get(base(where) + "/");
      std::string body = co_await next.read_all();
      EXPECT_EQ(body, "good");
    }
  });
}

TEST_P(client_faults_test, answers_that_break_the_rules_are_named) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const case_list cases{
      {"SSH-2.0-OpenSSH_9.2p1\r\n", "status line"},
      {"HTTP/2.7 200 OK\r\n\r\n", "version"},
      {std::string("\x15\x03\x01\x00\x02\x02\x46", 7), "TLS where plain HTTP is spoken"},
      {std::string(100, '\0'), "status line"},
      {ok + "Content-Length: many\r\n\r\n", "Content-Length"},
      {ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length"},
      {ok + "Content-Length : 3\r\n\r\nabc", "head"},
      {ok + "no field at all\r\n\r\n", "head"},
      {chunked + "nonsense\r\n", "chunk"},
      {chunked + "3\r\nabcdef\r\n0\r\n\r\n", "chunk"},
  };
  on_loop([&] { return expect_failures(cases); });
}

TEST_P(client_faults_test, answers_that_end_too_early_say_how_much_came) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const case_list cases{
      {"HTTP/1.1 200", "after 12 bytes of a response head"},
      {ok + "Content-Length: 10\r\n\r\n", "after 0 of 10 bytes"},
      {ok + "Content-Length: 10\r\n\r\n123456789", "after 9 of 10 bytes"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "after 3 bytes of a chunked"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\r\na", "after 1 bytes of a chunked"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "closed without an answer"},
  };
  on_loop([&] { return expect_failures(cases); });
}

TEST_P(client_faults_test, answers_beyond_the_limits_are_refused_as_they_come) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const client_options strict{.limits = {.start_line_max_bytes = 100,
                                         .head_max_bytes = 300,
                                         .fields_max = 5,
                                         .body_max_bytes = 10}};
  std::string many = ok;
  for (int i = 0; i < 6; ++i) many += "A: b\r\n";
  const case_list cases{
      {"HTTP/1.1 200 " + std::string(200, 'O'), "longer than 100 bytes"},
      {ok + "X: " + std::string(1000, 'x'), "longer than 300 bytes"},
      {many + "\r\n", "5"},
      {ok + "Content-Length: 11\r\n\r\nhello world", "of 11 bytes: longer than 10 bytes"},
      {ok + "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
       "longer than 10 bytes"},
      {ok + "\r\nhello world", "longer than 10 bytes"},
  };
  on_loop([&] { return expect_failures(cases, strict); });
}

TEST_P(client_faults_test, a_reset_before_or_within_the_answer_names_the_server) {
  auto reset = [](net::tcp_stream peer) -> task<> {
    lease request = co_await peer.read();
    const bool half = request.text().starts_with("GET /half");
    if (half) co_await peer.write_all("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    co_await sleep_for(5ms);  // a reset overtakes what is still under way
    peer.reset_on_close();
  };
  on_loop([&]() -> task<> {
    net::listener where(net::loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(net::serve_on(where, reset));
      client asking;
      for (std::string_view path : {"/at_once", "/half"}) {
        std::string message = co_await failure_of(asking, base(where.local()) + std::string(path));
        EXPECT_EQ(message, "read from " + where.local().to_string() + ": Connection reset by peer");
      }
      EXPECT_EQ(asking.count().connections, 2U);  // an answer may have been on its way: not again
      group.cancel();
    });
  });
}

TEST_P(client_faults_test, a_body_beyond_what_the_caller_takes_names_the_url) {
  on_loop([]() -> task<> {
    const std::vector<std::string> answers{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
    co_await scripted(answers, [](endpoint where) -> task<> {
      client asking;
      response large = co_await asking.get(base(where) + "/large");
      std::string message;
      try {
        co_await large.read_all(4);
      } catch (const std::system_error& error) {
        message = error.what();
      }
      EXPECT_TRUE(message.starts_with("GET " + base(where) + "/large: the body is larger than 4"))
          << message;
    });
  });
}

/// A listening socket of the kernel's whose queue is full: who connects gets no answer.
class deaf_listener {
 public:
  deaf_listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const auto* const at = reinterpret_cast<const sockaddr*>(&address);
    bind(listening_, at, size);
    listen(listening_, 0);
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    for (int& each : queued_) {
      each = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      ::connect(each, at, size);
    }
  }
  deaf_listener(deaf_listener&&) = delete;  // closes once
  ~deaf_listener() {
    for (int each : queued_) close(each);
    close(listening_);
  }
  endpoint local() const { return net::loopback(port_); }

 private:
  int listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
  int queued_[8]{};
};

TEST_P(client_faults_test, a_server_that_does_not_answer_the_connect_is_a_timeout_with_the_url) {
  if (is_virtual()) return;  // its listeners have room for all
  on_loop([]() -> task<> {
    deaf_listener deaf;
    client asking({.connect_timeout = 30ms});
    std::string message = co_await failure_of<timeout_error>(asking, base(deaf.local()) + "/");
    EXPECT_EQ(message, "connect to " + base(deaf.local()) + "/: timed out");
  });
}

TEST_P(client_faults_test, an_address_without_a_route_is_named) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {  // the kernel connects to no broadcast address; no packet leaves
    client asking({.connect_timeout = 5s});
    std::string message = co_await failure_of(asking, "http://255.255.255.255:9/");
    EXPECT_EQ(message, "connect 255.255.255.255:9: Network is unreachable");
  });
}

TEST_P(client_faults_test, a_name_that_does_not_resolve_is_named) {
  on_loop([]() -> task<> {  // a label has at most 63 letters: nobody is asked
    const std::string host(64, 'a');
    client asking;
    std::string message = co_await failure_of(asking, "http://" + host + "/");
    EXPECT_TRUE(message.starts_with("resolve " + host + ": ")) << message;
  });
}

TEST_P(client_faults_test, what_was_idle_for_long_is_closed_whatever_its_host) {
  if (!is_virtual()) return;  // where time passes while others have the processor
  auto answer = [](exchange& current) -> task<> {
    current.respond(status::ok, "x");
    co_return;
  };
  on_loop([&]() -> task<> {
    client asking({.idle_limit = 5s});
    auto ask_both = [&](endpoint first) -> task<> {
      co_await served(answer, [&](endpoint second) -> task<> {
        for (endpoint where : {first, second}) {
          response got = co_await asking.get(base(where) + "/");
          co_await got.read_all();
        }
        EXPECT_EQ(asking.count().idle, 2U);
        co_await sleep_for(6s);
        response again = co_await asking.get(base(second) + "/");
        co_await again.read_all();
        EXPECT_EQ(asking.count().idle, 1U);  // the first host's is gone though nobody asked for it
        EXPECT_EQ(asking.count().connections, 3U);
      });
    };
    co_await served(answer, ask_both);
  });
}

}  // namespace
