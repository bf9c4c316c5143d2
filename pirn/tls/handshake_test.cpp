// handshake: what is agreed on, and who is refused, and why.
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "pirn/core/within.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/testing/run_virtual.hpp"
#include "pirn/tls/connected_test.hpp"
#include "pirn/tls/stream.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::tls;
using pirn::testing::message_of;
using pirn::testing::run_virtual;

TEST(tls_handshake, tells_what_the_handshake_settled) {
  run_virtual([]() -> task<> {
    const std::array<std::string_view, 2> ours{"h2", "http/1.1"};
    const std::array<std::string_view, 1> theirs{"http/1.1"};
    const auto server = tls::context::server(
        {.certificate_file = made().good.certificate, .key_file = made().good.key, .alpn = ours});
    const auto client = tls::context::client({.ca_file = made().ca_file, .alpn = theirs});
    both_ends ends = co_await connected(client, server);
    for (const tls::stream* each : {&ends.client, &ends.server}) {
      EXPECT_EQ(each->alpn(), "http/1.1");
      EXPECT_EQ(each->server_name(), "localhost");
      EXPECT_EQ(each->version(), tls::version::tls_1_3);
      EXPECT_TRUE(each->cipher().starts_with("TLS_")) << each->cipher();
      EXPECT_FALSE(each->is_resumed());
    }
    EXPECT_EQ(ends.client.peer_subject(), "CN = localhost");
    EXPECT_EQ(ends.server.peer_subject(), "");
    EXPECT_EQ(ends.client.name(), "localhost (memory)");
  });
}

TEST(tls_handshake, a_server_does_not_wait_for_a_client_to_take_its_tickets) {
  run_virtual([]() -> task<> {
    auto [near, far] = io::memory_pair(1);
    auto [client, server] =
        co_await gather(tls::wrap_client(std::move(near), "localhost", made().client()),
                        tls::wrap_server(std::move(far), made().server()));
    EXPECT_EQ(server.version(), tls::version::tls_1_3);
    auto write = [](tls::stream& to) -> task<> { co_await to.write_all("hello"); };
    auto [sent, got] = co_await gather(write(server), client.read());
    EXPECT_EQ(got.text(), "hello");
  });
}

TEST(tls_handshake, without_a_protocol_in_common_there_is_none) {
  run_virtual([]() -> task<> {
    const std::array<std::string_view, 1> ours{"h2"};
    const std::array<std::string_view, 1> theirs{"http/1.1"};
    const auto server = tls::context::server(
        {.certificate_file = made().good.certificate, .key_file = made().good.key, .alpn = ours});
    const auto client = tls::context::client({.ca_file = made().ca_file, .alpn = theirs});
    both_ends ends = co_await connected(client, server);
    EXPECT_EQ(ends.client.alpn(), "");
  });
}

/// What the client says of a server with such a certificate.
std::string refusal(const tls::certificate_plan& plan, std::string host = "localhost") {
  const tls::certificate_files files = made().authority.make(plan);
  std::string told;
  run_virtual([&]() -> task<> {
    auto [near, far] = io::memory_pair();
    auto serve = [&]() -> task<std::string> {
      auto message = co_await message_of<tls::error>([&]() -> task<> {
        tls::stream peer = co_await tls::wrap_server(std::move(far), made().server(files));
        const lease chunk = co_await peer.read();
      });
      co_return message;
    };
    auto ask = [&] {
      return message_of<tls::error>(
          [&]() -> task<> { co_await tls::wrap_client(std::move(near), host, made().client()); });
    };
    auto [client, server] = co_await gather(ask(), serve());
    EXPECT_TRUE(server.contains("the peer refused: ")) << server;
    told = client;
  });
  return told;
}

TEST(tls_handshake, a_bad_certificate_is_refused_with_the_reason) {
  const std::string with = "TLS handshake with localhost (memory): ";
  EXPECT_EQ(refusal({.begins = std::chrono::days(-9), .ends = std::chrono::days(-2)}),
            with + "the certificate has expired");
  EXPECT_EQ(refusal({.begins = std::chrono::days(2), .ends = std::chrono::days(9)}),
            with + "the certificate is not yet valid");
  EXPECT_EQ(refusal({.self_signed = true}), with + "the certificate is self-signed");
  EXPECT_EQ(refusal({.names = "DNS:other.example,DNS:*.more.example"}),
            with + "the certificate is for other.example, *.more.example, not for localhost");
  EXPECT_EQ(refusal({.names = "DNS:localhost"}, "127.0.0.1"),
            "TLS handshake with 127.0.0.1 (memory): the certificate is for localhost, not for "
            "127.0.0.1");
}

TEST(tls_handshake, a_certificate_of_an_unknown_authority_is_refused) {
  run_virtual([]() -> task<> {
    tls::test_authority stranger("a stranger");
    const auto files = stranger.make({});
    const std::string message = co_await message_of<tls::error>(
        [&]() -> task<> { co_await connected(made().client(), made().server(files)); });
    EXPECT_EQ(message,
              "TLS handshake with localhost (memory): nobody whom this system trusts has signed "
              "the certificate");
  });
}

TEST(tls_handshake, errors_tell_their_kind) {
  const tls::certificate_files files = made().authority.make({.names = "DNS:other.example"});
  run_virtual([&]() -> task<> {
    std::error_code code;
    try {
      co_await connected(made().client(), made().server(files));
    } catch (const std::system_error& error) {
      code = error.code();
    }
    EXPECT_EQ(code, tls::errc::certificate_wrong_host);
  });
}

TEST(tls_handshake, a_client_that_is_told_not_to_check_takes_any_certificate) {
  const tls::certificate_files files =
      made().authority.make({.names = "DNS:other.example", .self_signed = true});
  run_virtual([&]() -> task<> {
    both_ends ends =
        co_await connected(tls::context::client({.verify = false}), made().server(files));
    co_await ends.client.write_all("trust");
    const lease chunk = co_await ends.server.read();
    EXPECT_EQ(chunk.text(), "trust");
  });
}

TEST(tls_handshake, a_server_may_ask_for_the_client_s_certificate) {
  const tls::certificate_files alice = made().authority.make({.subject = "alice", .names = ""});
  const auto server = tls::context::server({.certificate_file = made().good.certificate,
                                            .key_file = made().good.key,
                                            .client_ca_file = made().ca_file});
  run_virtual([&]() -> task<> {
    const auto client = tls::context::client(
        {.ca_file = made().ca_file, .certificate_file = alice.certificate, .key_file = alice.key});
    both_ends ends = co_await connected(client, server);
    EXPECT_EQ(ends.server.peer_subject(), "CN = alice");
  });
  run_virtual([&]() -> task<> {
    auto [near, far] = io::memory_pair();
    auto serve = [&] {
      return message_of<tls::error>(
          [&]() -> task<> { co_await tls::wrap_server(std::move(far), server); });
    };
    // In TLS 1.3 a client is through before the server has looked at its certificate.
    auto ask = [&] {
      return message_of<tls::error>([&]() -> task<> {
        tls::stream peer = co_await tls::wrap_client(std::move(near), "localhost", made().client());
        const lease chunk = co_await peer.read();
      });
    };
    auto [at_server, at_client] = co_await gather(serve(), ask());
    EXPECT_EQ(at_server, "TLS handshake with memory: the peer has no certificate");
    EXPECT_TRUE(at_client.starts_with("read from localhost (memory): the peer refused: "))
        << at_client;
  });
}

TEST(tls_handshake, a_server_shows_the_certificate_of_the_host_that_is_asked_for) {
  const tls::certificate_files other =
      made().authority.make({.subject = "other", .names = "DNS:other.example"});
  tls::context server = made().server();
  server.add_host("other.example", made().server(other));
  run_virtual([&]() -> task<> {
    both_ends first = co_await connected(made().client(), server, "localhost");
    EXPECT_EQ(first.client.peer_subject(), "CN = localhost");
    both_ends second = co_await connected(made().client(), server, "other.example");
    EXPECT_EQ(second.client.peer_subject(), "CN = other");
  });
}

// Also when the other context is gone: only its certificate is used.
TEST(tls_handshake, another_host_s_certificate_changes_nothing_else) {
  static constexpr std::string_view protocols[] = {"http/1.1"};
  const certificate_files files =
      made().authority.make({.subject = "other", .names = "DNS:other.example"});
  test_authority stranger("a stranger");
  const certificate_files mallory = stranger.make({.subject = "mallory", .names = ""});
  const certificate_files alice = made().authority.make({.subject = "alice", .names = ""});
  context server = context::server({.certificate_file = made().good.certificate,
                                    .key_file = made().good.key,
                                    .client_ca_file = made().ca_file,
                                    .alpn = protocols});
  {
    const std::string stranger_file = stranger.ca_file();
    server.add_host("Other.Example.", context::server({.certificate_file = files.certificate,
                                                       .key_file = files.key,
                                                       .client_ca_file = stranger_file}));
  }
  const auto connect_as = [&](const certificate_files& who) -> task<> {
    const context client = context::client({.ca_file = made().ca_file,
                                            .certificate_file = who.certificate,
                                            .key_file = who.key,
                                            .alpn = protocols});
    both_ends ends = co_await connected(client, server, "OTHER.example");
    EXPECT_EQ(ends.client.peer_subject(), "CN = other");
    EXPECT_EQ(ends.client.alpn(), "http/1.1");
  };
  run_virtual([&] { return connect_as(alice); });
  run_virtual([&]() -> task<> {
    const std::string message = co_await message_of<error>([&] { return connect_as(mallory); });
    EXPECT_TRUE(message.contains("nobody whom this system trusts")) << message;
  });
}

TEST(tls_handshake, a_name_that_can_be_nobody_s_is_refused_before_anything_is_sent) {
  run_virtual([]() -> task<> {
    for (const std::string& host :
         {std::string(), std::string(1, '\0') + "x", std::string("localhost\0.evil", 15),
          std::string(".localhost"), std::string(300, 'a')}) {
      auto [near, far] = io::memory_pair();
      const std::string message = co_await message_of<error>(
          [&]() -> task<> { co_await wrap_client(std::move(near), host, made().client()); });
      EXPECT_EQ(message, "TLS handshake: '" + host.substr(0, host.find('\0')) +
                             (host.contains('\0') ? "" : "' is no name of a host"));
    }
  });
}

// The tickets come after the handshake, before what is read first.
TEST(tls_handshake, the_second_connection_to_a_server_resumes_the_session_of_the_first) {
  run_virtual([]() -> task<> {
    const tls::context client = made().client();
    const tls::context server = made().server();
    for (const bool is_later : {false, true, true}) {
      both_ends ends = co_await connected(client, server);
      EXPECT_EQ(ends.client.is_resumed(), is_later);
      EXPECT_EQ(ends.server.is_resumed(), is_later);
      co_await ends.server.write_all("x");
      const lease chunk = co_await ends.client.read();
    }
    const auto forgetful = tls::context::client({.ca_file = made().ca_file, .resume = false});
    both_ends fresh = co_await connected(forgetful, server);
    EXPECT_FALSE(fresh.client.is_resumed());
  });
}

TEST(tls_handshake, what_is_not_tls_is_refused) {
  run_virtual([]() -> task<> {
    auto [near, far] = io::memory_pair();
    co_await near.write_all("GET / HTTP/1.1\r\n\r\n");
    const std::string message = co_await message_of<tls::error>(
        [&]() -> task<> { co_await tls::wrap_server(std::move(far), made().server()); });
    EXPECT_EQ(message, "TLS handshake with memory: http request");
  });
}

TEST(tls_handshake, a_peer_that_never_shakes_hands_is_given_up) {
  run_virtual([]() -> task<> {
    auto [near, far] = io::memory_pair();
    const auto server = tls::context::server({.certificate_file = made().good.certificate,
                                              .key_file = made().good.key,
                                              .handshake_limit = 5s});
    const time_point begun = now();
    const std::string message = co_await message_of<>(
        [&]() -> task<> { co_await tls::wrap_server(std::move(far), server); });
    EXPECT_EQ(message, "TLS handshake with memory: Connection timed out");
    EXPECT_EQ(now() - begun, 5s);
  });
}

TEST(tls_context, a_file_that_cannot_be_used_is_named) {
  const auto message = [](auto make) -> std::string {
    try {
      make();
    } catch (const tls::error& error) {
      return error.what();
    }
    return "";
  };
  const std::string key = made().good.key;
  EXPECT_EQ(message([&] {
              return tls::context::server({.certificate_file = "/no/such.pem", .key_file = key});
            }),
            "certificate /no/such.pem: No such file or directory");
  EXPECT_EQ(message([&] { return tls::context::server({.certificate_file = key}); }),
            "certificate " + key + ": no start line");
  const std::string wrong_key = made().authority.make({}).key;
  EXPECT_EQ(message([&] {
              return tls::context::server(
                  {.certificate_file = made().good.certificate, .key_file = wrong_key});
            }),
            "private key " + wrong_key + ": key values mismatch");
  EXPECT_EQ(message([&] { return tls::context::client({.ca_file = key}); }).substr(0, 21),
            "trusted certificates ");
}

}  // namespace
