// create_connection, create_server, start_tls: protocols over TLS, on each driver.
#include "pirn/tls/create_connection.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::message_of;
using tls::made;

class tls_protocol_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, tls_protocol_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Collects what comes, and what it is told in the end; reacts to each piece of data.
class talker : public net::protocol {
 public:
  using reaction = std::function<void(talker&)>;
  explicit talker(reaction react = {}) : react_(std::move(react)) {}

  void connection_made(net::transport& connected) override { to = &connected; }
  void data_received(std::span<const std::byte> bytes) override {
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (react_) react_(*this);
  }
  void connection_lost(std::exception_ptr error) override {
    is_lost = true;
    try {
      if (error) std::rethrow_exception(error);
    } catch (const cancelled&) {
      lost_by = "cancelled";
    } catch (const std::exception& each) {
      lost_by = each.what();
    }
  }

  net::transport* to = nullptr;
  std::string received;
  std::string lost_by;
  bool is_lost = false;

 private:
  reaction react_;
};

auto talking(talker::reaction react = {}) {
  return [react] { return std::make_shared<talker>(react); };
}

void echo(talker& me) {
  me.to->write(std::exchange(me.received, {}));
}

TEST_P(tls_protocol_test, both_ends_may_be_protocols_and_know_what_was_agreed_on) {
  static constexpr std::string_view protocols[] = {"echo"};
  const tls::certificate_files alice = made().authority.make({.subject = "alice"});
  const auto server_side = tls::context::server({.certificate_file = made().good.certificate,
                                                 .key_file = made().good.key,
                                                 .client_ca_file = made().ca_file,
                                                 .alpn = protocols});
  const auto client_side = tls::context::client({.ca_file = made().ca_file,
                                                 .certificate_file = alice.certificate,
                                                 .key_file = alice.key,
                                                 .alpn = protocols});
  on_loop([&]() -> task<> {
    std::string client_s_name;
    std::shared_ptr<talker> asked;
    auto answer = [&](talker& me) {
      client_s_name = me.to->stream<tls::stream>()->peer_subject();
      echo(me);
    };
    co_await with_group([&](task_group& group) -> task<> {
      net::protocol_server server =
          tls::create_server(group, talking(answer), net::listener(net::loopback(0)), server_side);
      auto close_it = talking([](talker& me) {
        if (me.received == "hello") me.to->close();
      });
      auto talk = co_await tls::create_connection(group, close_it, "localhost",
                                                  server.local().port(), client_side);
      asked = talk.protocol;
      const tls::stream* secure = talk.transport->stream<tls::stream>();
      EXPECT_EQ(secure->alpn(), "echo");
      EXPECT_EQ(secure->peer_subject(), "CN = localhost");
      EXPECT_EQ(talk.transport->peer(), server.local());
      EXPECT_EQ(talk.transport->native_handle() >= 0, !is_virtual());
      talk.transport->write("hel");
      talk.transport->write("lo");
      co_await talk.transport->wait_closed();
      server.close();
    });
    EXPECT_EQ(asked->received, "hello");
    EXPECT_EQ(asked->lost_by, "");
    EXPECT_EQ(client_s_name, "CN = alice");
  });
}

TEST_P(tls_protocol_test, a_closed_connection_has_said_that_nothing_is_missing) {
  on_loop([]() -> task<> {
    const std::string text = tls::some_text(1 << 20);
    auto answer = talking([&](talker& me) {
      me.to->write(text);
      me.to->close();
    });
    co_await with_group([&](task_group& group) -> task<> {
      net::protocol_server server =
          tls::create_server(group, answer, net::listener(net::loopback(0)), made().server());
      tls::stream peer = co_await tls::connect("localhost", server.local().port(), made().client());
      co_await peer.write_all("?");
      const std::string all = co_await tls::read_to_end(peer);  // truncated, it would throw
      EXPECT_TRUE(all == text);
      server.close();
    });
  });
}

TEST_P(tls_protocol_test, an_end_that_is_not_said_is_told_to_connection_lost) {
  on_loop([]() -> task<> {
    std::shared_ptr<talker> told;
    co_await with_group([&](task_group& group) -> task<> {
      auto keep = [&told] { return told = std::make_shared<talker>(); };
      net::protocol_server server =
          tls::create_server(group, keep, net::listener(net::loopback(0)), made().server());
      tls::stream peer = co_await tls::connect("localhost", server.local().port(), made().client());
      co_await peer.write_all("half of");
      while (!told || told->received.empty()) co_await sleep_for(1ms);
      peer.close();
      server.close();
    });
    EXPECT_EQ(told->received, "half of");
    EXPECT_FALSE(told->lost_by.empty());
  });
}

TEST_P(tls_protocol_test, a_handshake_that_fails_makes_no_protocol_and_is_told_to_both_sides) {
  const tls::certificate_files strange = made().authority.make({.self_signed = true});
  on_loop([&]() -> task<> {
    int protocols_made = 0;
    auto factory = [&] {
      ++protocols_made;
      return std::make_shared<talker>();
    };
    std::string told;
    net::failure_sink sink = [&](const endpoint&, const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const tls::error& refusal) {
        told = refusal.what();
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      net::protocol_server server =
          tls::create_server(group, factory, net::listener(net::loopback(0)),
                             made().server(strange), {}, std::move(sink));
      const std::uint16_t port = server.local().port();
      const std::string message = co_await message_of<tls::error>([&]() -> task<> {
        co_await tls::create_connection(group, factory, "localhost", port, made().client());
      });
      EXPECT_TRUE(message.ends_with("the certificate is self-signed")) << message;
      while (told.empty()) co_await sleep_for(1ms);
      server.close();
    });
    EXPECT_TRUE(told.contains("the peer refused")) << told;
    EXPECT_EQ(protocols_made, 0);
  });
}

/// A server of lines that becomes secure when it is asked to, and then echoes.
void serve_starttls(talker& me) {
  if (me.received == "STARTTLS\n") {
    me.received.clear();
    me.to->write("go ahead\n");
    tls::start_tls(*me.to, made().server());
  } else if (me.to->stream<tls::stream>() != nullptr) {
    echo(me);
  }
}

void ask_starttls(talker& me) {
  if (me.received == "go ahead\n") {
    tls::start_tls(*me.to, made().client(), "localhost");
    me.to->write("secret");
  } else if (me.received.ends_with("secret")) {
    me.to->close();
  }
}

TEST_P(tls_protocol_test, a_conversation_in_callbacks_may_become_secure) {
  on_loop([]() -> task<> {
    std::shared_ptr<talker> asked;
    co_await with_group([&](task_group& group) -> task<> {
      net::protocol_server server =
          net::create_server(group, talking(serve_starttls), net::loopback(0));
      auto ask = talking(ask_starttls);
      auto talk = co_await net::create_connection(group, ask, server.local());
      asked = talk.protocol;
      talk.transport->write("STARTTLS\n");
      co_await talk.transport->wait_closed();
      server.close();
    });
    EXPECT_EQ(asked->received, "go ahead\nsecret");
    EXPECT_EQ(asked->lost_by, "");
  });
}

TEST_P(tls_protocol_test, a_conversation_that_cannot_become_secure_ends) {
  on_loop([]() -> task<> {
    std::shared_ptr<talker> told;
    co_await with_group([&](task_group& group) -> task<> {
      net::listener where(net::loopback(0));
      auto factory = [&] { return told = std::make_shared<talker>(); };
      auto talk = co_await net::create_connection(group, factory, where.local());
      net::tcp_stream peer = co_await where.accept();
      tls::start_tls(*talk.transport, made().client(), "localhost");
      talk.transport->write("secret");
      co_await peer.write_all("this is no TLS at all");
      co_await talk.transport->wait_replaced();
    });
    EXPECT_TRUE(told->lost_by.starts_with("TLS handshake with localhost")) << told->lost_by;
  });
}

task<> talk_in_callbacks() {
  auto body = [](task_group& group) -> task<> {
    net::protocol_server server =
        tls::create_server(group, talking(echo), net::listener(net::loopback(0)), made().server());
    auto close_it = talking([](talker& me) { me.to->close(); });
    auto talk = co_await tls::create_connection(group, close_it, "localhost", server.local().port(),
                                                made().client());
    talk.transport->write("hello");
    co_await talk.transport->wait_closed();
    server.close();
  };
  co_await with_group(body);
}

TEST_P(tls_protocol_test, can_be_cancelled_at_every_await) {
  pirn::testing::cancel_whole(GetParam(), talk_in_callbacks);
}

TEST_P(tls_protocol_test, becoming_secure_can_be_cancelled_at_every_await) {
  auto program = []() -> task<> {
    auto body = [](task_group& group) -> task<> {
      net::protocol_server server =
          net::create_server(group, talking(serve_starttls), net::loopback(0));
      auto ask = talking(ask_starttls);
      auto talk = co_await net::create_connection(group, ask, server.local());
      talk.transport->write("STARTTLS\n");
      co_await talk.transport->wait_closed();
      server.close();
    };
    co_await with_group(body);
  };
  pirn::testing::cancel_whole(GetParam(), program);
}

}  // namespace
