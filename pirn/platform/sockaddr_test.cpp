#include "pirn/platform/sockaddr.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace pirn {

namespace {

endpoint there_and_back(const endpoint& from) {
  return socket_address(from).to_endpoint();
}

}  // namespace

TEST(sockaddr, an_endpoint_survives_the_kernels_form) {
  for (const char* text : {"127.0.0.1:80", "255.255.255.255:65535", "0.0.0.0:0", "[::1]:443",
                           "[2001:db8::7]:1", "unix:/run/x.sock"}) {
    endpoint from = *endpoint::parse(text);
    EXPECT_EQ(there_and_back(from), from) << text;
  }
  endpoint scoped = endpoint::ipv6({0xfe, 0x80}, 22, 3);
  EXPECT_EQ(there_and_back(scoped), scoped);
  EXPECT_EQ(there_and_back(endpoint()), endpoint());
}

TEST(sockaddr, an_address_is_as_the_kernel_wants_it) {
  socket_address ipv4(endpoint::ipv4({1, 2, 3, 4}, 0x1234));
  ASSERT_EQ(ipv4.size(), sizeof(sockaddr_in));
  sockaddr_in raw{};
  std::memcpy(&raw, ipv4.data(), sizeof raw);
  EXPECT_EQ(raw.sin_family, AF_INET);
  EXPECT_EQ(raw.sin_port, htons(0x1234));
  EXPECT_EQ(raw.sin_addr.s_addr, htonl(0x01020304));
}

TEST(sockaddr, paths_have_any_length_up_to_the_kernels) {
  for (std::size_t length : {std::size_t{1}, std::size_t{50}, endpoint::path_max_bytes}) {
    endpoint path = endpoint::unix_socket(std::string(length, 'p'));
    EXPECT_EQ(there_and_back(path), path) << length;
    std::string name(length, 'n');
    name.front() = '\0';
    endpoint abstract = endpoint::unix_socket(name);
    EXPECT_EQ(there_and_back(abstract), abstract) << length;
  }
}

TEST(sockaddr, an_abstract_name_may_hold_nuls) {
  endpoint name = endpoint::unix_socket(std::string("\0a\0b\0", 5));
  EXPECT_EQ(there_and_back(name), name);
  EXPECT_EQ(there_and_back(name).path().size(), 5U);
}

TEST(sockaddr, an_unnamed_unix_socket_is_none) {
  socket_address unnamed;
  unnamed.data()->sa_family = AF_UNIX;
  *unnamed.size_word() = sizeof(sa_family_t);
  EXPECT_EQ(unnamed.to_endpoint(), endpoint());
}

TEST(sockaddr, a_path_that_fills_the_kernels_room_is_cut_off) {
  socket_address full;
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  std::memset(raw.sun_path, 'x', sizeof raw.sun_path);
  std::memcpy(full.data(), &raw, sizeof raw);
  EXPECT_EQ(full.to_endpoint().path(), std::string(endpoint::path_max_bytes, 'x'));
}

TEST(sockaddr, a_peer_record_keeps_an_ip_address) {
  static_assert(sizeof(peer_record) <= 28);
  for (const char* text : {"10.0.0.1:80", "[2001:db8::7]:1"}) {
    endpoint from = *endpoint::parse(text);
    EXPECT_EQ(peer_record(socket_address(from)).to_endpoint(-1), from);
  }
  EXPECT_EQ(peer_record().to_endpoint(-1), endpoint());
  EXPECT_TRUE(peer_record(socket_address(*endpoint::parse("unix:/x"))).is_unix());
}

TEST(sockaddr, a_listener_cannot_be_made_for_a_foreign_address) {
  auto made = open_listener(*endpoint::parse("192.0.2.1:0"), {}, descriptor_mode::blocking);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error(), std::errc::address_not_available);
  made = open_listener(endpoint(), {}, descriptor_mode::blocking);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error(), std::errc::address_family_not_supported);
}

}  // namespace pirn
