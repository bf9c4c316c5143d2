// What a peer may do that is no use to anybody: alerts, key updates and cut messages at bad
// moments.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/testing/run_virtual.hpp"
#include "pirn/tls/connected_test.hpp"
#include "pirn/tls/context_parts.hpp"
#include "pirn/tls/engine.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::tls;
using pirn::testing::message_of;
using pirn::testing::run_virtual;
using tls::detail::engine;
using tls::detail::progress;

/// A server whose every step is the test's.
class stepped_server {
 public:
  explicit stepped_server(io::memory_stream& transport, context how = made().server())
      : how_(std::move(how)), transport_(transport), engine_(how_.parts().make_server(), "") {}

  io::memory_stream& transport() noexcept { return transport_; }
  SSL* ssl() { return const_cast<SSL*>(&engine_.connection()); }
  std::string take_output() { return std::exchange(engine_.output(), {}); }
  task<> send() {
    const std::string output = take_output();
    co_await transport_.write_all(output);
  }

  /// Leaves what belongs after the handshake unsent.
  task<> shake_hands() {
    while (engine_.shake_hands() != progress::done) {
      co_await send();
      co_await receive();
    }
  }
  void write(std::string_view text) {
    std::span<const std::byte> rest = std::as_bytes(std::span(text));
    EXPECT_EQ(engine_.write(rest), progress::done);
  }
  void ask_for_a_key_update() {
    SSL_key_update(ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl());
  }
  /// As if the client had sent rubbish.
  void send_an_alert() {
    const std::string rubbish(64, 'x');
    engine_.feed(std::as_bytes(std::span(rubbish)));
    std::byte nothing{};
    EXPECT_EQ(engine_.read(std::span(&nothing, 1)).how, progress::failed);
  }
  task<std::string> read(std::size_t count_bytes) {
    std::string text;
    while (text.size() < count_bytes) {
      std::byte buffer[4096];
      const auto [how, count] = engine_.read(buffer);
      text.append(reinterpret_cast<const char*>(buffer), count);
      if (how == progress::wants_input) co_await receive();
    }
    co_return text;
  }

 private:
  task<> receive() {
    received_.push_back(co_await transport_.read());
    engine_.feed(received_.back().bytes());
  }

  context how_;
  io::memory_stream& transport_;
  engine engine_;
  std::vector<lease> received_;
};

/// Runs `use(client, server)` after the handshake.
template <class Use>
void talk(context client, context server, Use use, int max_fragment = 0) {
  run_virtual([&]() -> task<> {
    auto [near, far] = io::memory_pair();
    stepped_server peer(far, server);
    if (max_fragment > 0) SSL_set_max_send_fragment(peer.ssl(), max_fragment);
    auto wrapped = wrap_client(std::move(near), "localhost", client);
    auto shake = [&]() -> task<int> {
      co_await peer.shake_hands();
      co_return 0;
    };
    auto [secured, shaken] = co_await gather(std::move(wrapped), shake());
    co_await use(secured, peer);
  });
}

TEST(hostile_peer, an_alert_behind_data_is_an_error_and_not_the_end) {
  talk(made().client(), made().server(), [](stream& client, stepped_server& server) -> task<> {
    server.write("half of it");
    server.send_an_alert();
    co_await server.send();
    const lease chunk = co_await client.read();
    EXPECT_EQ(chunk.text(), "half of it");
    for (int i = 0; i < 2; ++i) {
      const std::string message = co_await message_of<error>(
          [&]() -> task<> { const lease more = co_await client.read(); });
      EXPECT_TRUE(message.starts_with("read from localhost (memory): the peer refused: "))
          << message;
    }
  });
}

TEST(hostile_peer, both_may_send_much_while_keys_are_updated) {
  talk(made().client(), made().server(), [](stream& client, stepped_server& server) -> task<> {
    const std::string much = some_text(1 << 20);
    auto serve = [&]() -> task<std::string> {
      for (std::size_t sent = 0; sent < much.size(); sent += 1 << 14) {
        server.ask_for_a_key_update();
        server.write(std::string_view(much).substr(sent, 1 << 14));
        co_await server.send();
      }
      std::string received = co_await server.read(much.size());
      co_return received;
    };
    auto receive = [&]() -> task<std::string> {
      std::string received;
      while (received.size() < much.size()) {
        const lease chunk = co_await client.read();
        received += chunk.text();
      }
      co_return received;
    };
    auto [sent, at_client, at_server] = co_await gather(client.write_all(much), receive(), serve());
    EXPECT_EQ(at_client, much);
    EXPECT_EQ(at_server, much);
  });
}

// What asks for an answer comes with data; the writer has the way out for itself.
TEST(hostile_peer, a_reader_does_not_wait_for_a_writer_that_is_not_read) {
  talk(made().client(), made().server(), [](stream& client, stepped_server& server) -> task<> {
    const std::string much = some_text(200'000);
    auto use = [&]() -> task<> {
      server.ask_for_a_key_update();
      server.write("precious");
      co_await server.send();
      const auto chunk = co_await move_on_after(1s, client.read());
      EXPECT_TRUE(chunk && chunk->text() == "precious");
      const std::string received = co_await server.read(much.size());
      EXPECT_EQ(received, much);
    };
    co_await gather(client.write_all(much), use());
  });
}

// The session ticket of a client with a certificate takes more than one record of 512 bytes. While
// half of such a message is there, OpenSSL writes nothing.
TEST(hostile_peer, a_write_waits_for_the_rest_of_a_message_that_was_begun) {
  const certificate_files alice = made().authority.make({.subject = "alice", .names = ""});
  const context client = context::client(
      {.ca_file = made().ca_file, .certificate_file = alice.certificate, .key_file = alice.key});
  const context server = context::server({.certificate_file = made().good.certificate,
                                          .key_file = made().good.key,
                                          .client_ca_file = made().ca_file});
  for (const bool is_read_too : {false, true}) {
    talk(
        client, server,
        [&](stream& near, stepped_server& far) -> task<> {
          io::memory_stream& wire = far.transport();
          const std::string tickets = far.take_output();
          const std::size_t first =
              5 + static_cast<std::size_t>(static_cast<unsigned char>(tickets[3]) << 8 |
                                           static_cast<unsigned char>(tickets[4]));
          EXPECT_LT(first, 600U);
          EXPECT_GT(tickets.size(), first);
          co_await wire.write_all(tickets.substr(0, first));
          auto read_on = [&]() -> task<> {
            if (!is_read_too) co_return;
            const lease chunk = co_await near.read();
            EXPECT_EQ(chunk.text(), "answer");
          };
          auto write_and_end = [&]() -> task<> {
            co_await sleep_for(1s);  // a reader has the first half by now
            co_await near.write_all("question");
            co_await near.shut_down_writing();
          };
          auto serve = [&]() -> task<> {
            co_await sleep_for(2s);
            co_await wire.write_all(tickets.substr(first));
            const std::string question = co_await far.read(8);
            EXPECT_EQ(question, "question");
            far.write("answer");
            co_await far.send();
          };
          co_await gather(read_on(), write_and_end(), serve());
        },
        512);
  }
}

}  // namespace
