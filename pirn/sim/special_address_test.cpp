// special_address: which addresses name no host, or many, and which is this one.
#include "pirn/sim/special_address.hpp"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

namespace pirn::sim {

namespace {

endpoint ipv6(std::uint8_t first, std::uint8_t last) {
  std::array<std::uint8_t, 16> ip{};
  ip.front() = first;
  ip.back() = last;
  return endpoint::ipv6(ip, 80);
}

TEST(special_address, the_wildcard_is_all_zeros_of_either_family) {
  EXPECT_TRUE(is_wildcard(endpoint::ipv4({0, 0, 0, 0}, 80)));
  EXPECT_TRUE(is_wildcard(ipv6(0, 0)));
  EXPECT_FALSE(is_wildcard(endpoint::ipv4({0, 0, 0, 1}, 80)));
  EXPECT_FALSE(is_wildcard(ipv6(0, 1)));
}

TEST(special_address, groups_go_from_224_to_239_and_begin_with_ff) {
  EXPECT_TRUE(is_multicast(endpoint::ipv4({224, 0, 0, 1}, 80)));
  EXPECT_TRUE(is_multicast(endpoint::ipv4({239, 255, 255, 255}, 80)));
  EXPECT_FALSE(is_multicast(endpoint::ipv4({223, 255, 255, 255}, 80)));
  EXPECT_FALSE(is_multicast(endpoint::ipv4({240, 0, 0, 0}, 80)));
  EXPECT_TRUE(is_multicast(ipv6(0xff, 1)));
  EXPECT_FALSE(is_multicast(ipv6(0xfe, 1)));
}

TEST(special_address, all_hosts_are_named_by_ones_in_ipv4_alone) {
  EXPECT_TRUE(is_broadcast(endpoint::ipv4({255, 255, 255, 255}, 80)));
  EXPECT_FALSE(is_broadcast(endpoint::ipv4({10, 0, 0, 255}, 80)));
  std::array<std::uint8_t, 16> ones;
  ones.fill(0xff);
  EXPECT_FALSE(is_broadcast(endpoint::ipv6(ones, 80)));
}

TEST(special_address, this_host_is_of_the_same_family_and_port) {
  EXPECT_EQ(loopback_of(endpoint::ipv4({10, 0, 0, 1}, 80)), endpoint::ipv4({127, 0, 0, 1}, 80));
  EXPECT_EQ(loopback_of(ipv6(0xfe, 7)), ipv6(0, 1));
}

}  // namespace

}  // namespace pirn::sim
