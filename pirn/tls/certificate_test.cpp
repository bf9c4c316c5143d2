// certificate: what either side knows of the other's, over memory.
#include "pirn/tls/certificate.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "pirn/testing/run_virtual.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace pirn;
using pirn::testing::run_virtual;
using tls::made;

TEST(tls_certificate, either_side_knows_the_other_s) {
  const tls::certificate_files alice = made().authority.make(
      {.subject = "alice",
       .names = "DNS:alice.example,email:alice@example.org,IP:127.0.0.1,IP:::1,URI:urn:alice"});
  run_virtual([&]() -> task<> {
    const auto server = tls::context::server({.certificate_file = made().good.certificate,
                                              .key_file = made().good.key,
                                              .client_ca_file = made().ca_file});
    const auto client = tls::context::client(
        {.ca_file = made().ca_file, .certificate_file = alice.certificate, .key_file = alice.key});
    tls::both_ends ends = co_await tls::connected(client, server);
    const auto shown = ends.server.peer_certificate();
    EXPECT_TRUE(shown.has_value());
    EXPECT_EQ(shown->subject, "CN = alice");
    EXPECT_EQ(shown->issuer, "CN = pirn's test authority");
    const std::vector<std::string> names{"DNS:alice.example", "email:alice@example.org",
                                         "IP:127.0.0.1", "IP:::1", "URI:urn:alice"};
    EXPECT_EQ(shown->names, names);
    EXPECT_FALSE(shown->serial.empty());
    const auto now = std::chrono::system_clock::now();
    EXPECT_LT(shown->begins, now);
    EXPECT_GT(shown->ends, now);
    EXPECT_LT(shown->ends - shown->begins, std::chrono::days(3));
    EXPECT_TRUE(shown->der.starts_with("\x30\x82")) << "a sequence in DER";
    const auto theirs = ends.client.peer_certificate();
    EXPECT_EQ(theirs->subject, "CN = localhost");
  });
}

TEST(tls_certificate, a_client_that_is_not_asked_shows_none) {
  run_virtual([]() -> task<> {
    tls::both_ends ends = co_await tls::connected(made().client(), made().server());
    EXPECT_FALSE(ends.server.peer_certificate());
    EXPECT_EQ(ends.server.carrier(), nullptr) << "memory has no socket";
  });
}

}  // namespace
