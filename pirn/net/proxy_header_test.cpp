// proxy_parser: both versions, in any pieces, and what is wrong with what is none.
#include "pirn/net/proxy_header.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/net/read_proxy_header.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace {

using namespace pirn;
using namespace pirn::net;
using std::string_literals::operator""s;

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

/// A header of version 2.
std::string version_2(int command, int family, std::string_view rest) {
  std::string header = signature;
  header += static_cast<char>(0x20 | command);
  header += static_cast<char>(family);
  header += static_cast<char>(rest.size() >> 8);
  header += static_cast<char>(rest.size() & 255);
  return header.append(rest);
}

const std::string ipv4_part = "\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01\xbb"s;

/// What a parser made of a text.
struct result {
  proxy_parser parser{4096};
  std::size_t used = 0;
};

result parse(std::string_view text, std::size_t piece_bytes = 1000) {
  result parsed;
  for (;;) {
    auto room = parsed.parser.room();
    const std::size_t count = std::min({room.size(), piece_bytes, text.size() - parsed.used});
    if (count == 0) return parsed;
    std::ranges::copy(std::as_bytes(std::span(text.substr(parsed.used, count))), room.begin());
    parsed.parser.add(count);
    parsed.used += count;
  }
}

std::string error_of(std::string_view text) {
  return std::string(parse(text).parser.error());
}

TEST(proxy_header, version_1_names_both_ends) {
  const result parsed = parse("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET / HTTP/1.1\r\n");
  ASSERT_TRUE(parsed.parser.is_complete());
  EXPECT_EQ(parsed.parser.header().source.to_string(), "192.0.2.1:56324");
  EXPECT_EQ(parsed.parser.header().destination.to_string(), "192.0.2.2:443");
  EXPECT_EQ(parsed.used, 42U) << "nothing behind it is read";
  const result six = parse("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n");
  ASSERT_TRUE(six.parser.is_complete()) << six.parser.error();
  EXPECT_EQ(six.parser.header().source.to_string(), "[2001:db8::1]:1");
}

TEST(proxy_header, version_1_may_not_know) {
  for (std::string_view text : {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ff::1 whatever\r\n"}) {
    const result parsed = parse(text);
    ASSERT_TRUE(parsed.parser.is_complete());
    EXPECT_EQ(parsed.parser.header().source, endpoint());
    EXPECT_EQ(parsed.used, text.size());
  }
}

TEST(proxy_header, version_2_names_both_ends_and_adds_fields) {
  const std::string fields =
      "\x02\x00\x0b"
      "example.org"
      "\x04\x00\x01x"s;
  for (std::size_t piece : {1U, 3U, 1000U}) {
    const std::string header = version_2(1, 0x11, ipv4_part + fields);
    const result parsed = parse(header + "rest", piece);
    ASSERT_TRUE(parsed.parser.is_complete());
    const proxy_header& told = parsed.parser.header();
    EXPECT_EQ(parsed.used, header.size());
    EXPECT_FALSE(told.is_local);
    EXPECT_FALSE(told.is_datagram);
    EXPECT_EQ(told.source.to_string(), "192.0.2.1:56324");
    EXPECT_EQ(told.destination.to_string(), "192.0.2.2:443");
    EXPECT_EQ(told.find(proxy_field::authority), "example.org");
    EXPECT_FALSE(told.find(proxy_field::alpn).has_value());
    EXPECT_EQ(told.fields.size(), 2U);
  }
}

TEST(proxy_header, version_2_knows_ipv6_unix_and_datagrams) {
  const std::string six = std::string(15, '\0') + "\1" + std::string(15, '\0') + "\2" + "\0\1\0\2"s;
  const result parsed = parse(version_2(1, 0x22, six));
  ASSERT_TRUE(parsed.parser.is_complete());
  EXPECT_EQ(parsed.parser.header().source.to_string(), "[::1]:1");
  EXPECT_TRUE(parsed.parser.header().is_datagram);
  std::string paths = "/run/a" + std::string(102, '\0') + "\0b"s + std::string(106, '\0');
  const result named = parse(version_2(1, 0x31, paths));
  ASSERT_TRUE(named.parser.is_complete());
  EXPECT_EQ(named.parser.header().source.path(), "/run/a");
  EXPECT_EQ(named.parser.header().destination.path(), "\0b"s);
  const result unnamed = parse(version_2(1, 0x31, std::string(216, '\0')));
  ASSERT_TRUE(unnamed.parser.is_complete());
  EXPECT_EQ(unnamed.parser.header().source, endpoint());
}

TEST(proxy_header, a_proxy_that_speaks_for_itself_is_local_whatever_it_adds) {
  for (const std::string& rest : {std::string(), ipv4_part, "whatever"s}) {
    const result parsed = parse(version_2(0, 0x11, rest));
    ASSERT_TRUE(parsed.parser.is_complete());
    EXPECT_TRUE(parsed.parser.header().is_local);
    EXPECT_EQ(parsed.parser.header().source, endpoint());
  }
}

TEST(proxy_header, what_is_wrong_is_said) {
  EXPECT_EQ(error_of("GET / HTTP/1.1\r\n"), "there is none");
  EXPECT_EQ(error_of("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"), "its protocol is not known");
  EXPECT_EQ(error_of("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"), "a port is no number");
  EXPECT_EQ(error_of("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n"), "a port is no number");
  EXPECT_EQ(error_of("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n"), "a port is no number");
  EXPECT_EQ(error_of("PROXY TCP4 ::1 1.2.3.4 1 2\r\n"), "an address is not of its protocol");
  EXPECT_EQ(error_of("PROXY TCP4  1.2.3.4 1 2\r\n"), "an address is not of its protocol");
  EXPECT_EQ(error_of("PROXY UNKNOWN " + std::string(200, 'x')), "its line does not end");
  std::string other = version_2(1, 0x11, ipv4_part);
  other[12] = 0x31;
  EXPECT_EQ(error_of(other), "its version is not known");
  EXPECT_EQ(error_of(version_2(2, 0x11, ipv4_part)), "its command is not known");
  EXPECT_EQ(error_of(version_2(1, 0x41, ipv4_part)), "its address family is not known");
  EXPECT_EQ(error_of(version_2(1, 0x13, ipv4_part)), "its transport is not known");
  EXPECT_EQ(error_of(version_2(1, 0x21, ipv4_part)), "its addresses are cut short");
  EXPECT_EQ(error_of(version_2(1, 0x11, ipv4_part + "\x02\x00")), "a field is cut short");
  EXPECT_EQ(error_of(version_2(1, 0x11, ipv4_part + "\x02\x01\x01x"s)), "a field is cut short");
  EXPECT_EQ(error_of(version_2(1, 0x11, ipv4_part + std::string(5000, '\0'))), "it is too long");
}

class read_proxy_header_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, read_proxy_header_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(read_proxy_header_test, what_follows_is_left_to_the_next_read) {
  for (const std::string& header :
       {version_2(1, 0x11, ipv4_part), "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"s}) {
    on_loop([&]() -> task<> {
      both_ends ends = co_await connected();
      co_await ends.client.write_all(header + "hello");
      proxy_header told = co_await read_proxy_header(ends.server);
      EXPECT_EQ(told.source.to_string(), "192.0.2.1:56324");
      lease rest = co_await ends.server.read();
      EXPECT_EQ(rest.text(), "hello");
    });
  }
}

TEST_P(read_proxy_header_test, errors_name_the_peer_and_the_reason) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.write_all("GET / HTTP/1.0\r\n\r\n");
    auto read = [&]() -> task<> { co_await read_proxy_header(ends.server); };
    std::string told = co_await message_of<std::system_error>(read);
    EXPECT_EQ(told,
              "read a PROXY header from " + ends.server.name() + ": there is none: Protocol error");
    both_ends others = co_await connected();
    co_await others.client.write_all("PROXY TCP4 1.2");
    others.client.close();
    auto read_cut = [&]() -> task<> { co_await read_proxy_header(others.server); };
    std::string cut = co_await message_of<std::system_error>(read_cut);
    EXPECT_NE(cut.find("the connection ends before it"), std::string::npos) << cut;
  });
}

TEST_P(read_proxy_header_test, every_await_can_be_cancelled) {
  pirn::testing::cancel_each_await(
      []() -> task<> {
        both_ends ends = co_await connected();
        auto write = [&]() -> task<> {
          co_await ends.client.write_all("PROXY TCP4 192.0.2.1 192");
          co_await ends.client.write_all(".0.2.2 56324 443\r\n");
        };
        co_await gather(read_proxy_header(ends.server), write());
      },
      pirn::testing::expect_no_error, {.driver = GetParam()});
}

}  // namespace
