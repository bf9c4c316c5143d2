// endpoint: addresses as text and as bytes.
#include "pirn/base/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace std::string_view_literals;
using pirn::endpoint;

TEST(endpoint, reads_what_it_writes) {
  for (const std::string_view text : {"127.0.0.1:80", "[::1]:65535", "[fd00::2]:0", "unix:/run/x",
                                      "unix:relative", "unix:@abstract"}) {
    const std::optional<endpoint> read = endpoint::parse(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->to_string(), text);
  }
}

TEST(endpoint, an_abstract_name_is_written_and_read_with_an_at_sign) {
  const endpoint abstract = endpoint::unix_socket("\0name"sv);
  EXPECT_EQ(abstract.to_string(), "unix:@name");
  EXPECT_EQ(endpoint::parse("unix:@name"), abstract);
  EXPECT_EQ(endpoint::parse("unix:\0name"sv), abstract);
}

TEST(endpoint, a_name_with_control_bytes_is_read_as_it_was_written) {
  for (const std::string_view path : {"/run/a\nb"sv, "/a\\b"sv, "\0a\0\x1b[2J"sv}) {
    const endpoint made = endpoint::unix_socket(path);
    EXPECT_EQ(endpoint::parse(made.to_string()), made);
  }
}

TEST(endpoint, what_is_no_address_is_none) {
  for (const std::string_view text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                                      "[::1]", "unix:", "host:80", "300.0.0.1:80"}) {
    EXPECT_FALSE(endpoint::parse(text)) << text;
  }
  EXPECT_FALSE(endpoint::parse("unix:" + std::string(108, 'x')));
}

TEST(endpoint, an_address_does_not_end_at_a_nul) {
  EXPECT_FALSE(endpoint::parse_ip("127.0.0.1\0.example.org"sv, 80));
  EXPECT_FALSE(endpoint::parse_ip("::1\0"sv, 80));
  EXPECT_TRUE(endpoint::parse_ip("127.0.0.1", 80));
}

TEST(endpoint, packed_it_is_as_long_as_it_must_be_and_unpacks_to_the_same) {
  const std::string longest(endpoint::path_max_bytes, 'p');
  const struct {
    endpoint value;
    std::size_t size_bytes;
  } cases[] = {
      {endpoint{}, 24},
      {endpoint::ipv4({127, 0, 0, 1}, 80), 24},
      {endpoint::ipv6({0xfe, 0x80}, 443, 2), 24},
      {endpoint::unix_socket("/run/a"), 30},
      {endpoint::unix_socket(longest), 24 + endpoint::path_max_bytes},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(each.value.packed().size(), each.size_bytes) << each.value.to_string();
    EXPECT_EQ(endpoint::unpacked(each.value.packed()), each.value) << each.value.to_string();
  }
}

}  // namespace
