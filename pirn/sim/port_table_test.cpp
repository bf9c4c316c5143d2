#include "pirn/sim/port_table.hpp"

#include <set>

#include <gtest/gtest.h>

namespace pirn::sim {

namespace {

endpoint at(const char* text) {
  return endpoint::parse(text).value();
}

// The table only compares listeners' addresses, so any distinct ones do.
class port_table_test : public ::testing::Test {
 protected:
  socket& who(int number) { return reinterpret_cast<socket&>(names_[number]); }
  std::expected<endpoint, std::errc> bind(int number, const endpoint& local,
                                          port_table::bind_options options = {}) {
    return table_.bind(who(number), local, options);
  }

  alignas(64) char names_[8][64] = {};
  port_table table_;
};

}  // namespace

TEST_F(port_table_test, ports_that_nobody_chose_come_in_turn_from_32768) {
  EXPECT_EQ(bind(0, at("127.0.0.1:0")), at("127.0.0.1:32768"));
  EXPECT_EQ(bind(1, at("127.0.0.1:0")), at("127.0.0.1:32769"));
  EXPECT_EQ(table_.lend(at("127.0.0.1:32768")), 32770);
  EXPECT_EQ(table_.lend(at("127.0.0.1:32768")), 32771);
}

TEST_F(port_table_test, an_exact_address_comes_before_a_wildcard_and_that_before_a_dual_one) {
  ASSERT_TRUE(bind(0, at("10.0.0.1:80"), {.reuse_port = true}));
  ASSERT_TRUE(bind(1, at("0.0.0.0:80"), {.reuse_port = true}));
  ASSERT_TRUE(bind(2, at("[::]:80"), {.reuse_port = true}));
  EXPECT_EQ(table_.find(at("10.0.0.1:80")), &who(0));
  EXPECT_EQ(table_.find(at("10.0.0.2:80")), &who(1));
  EXPECT_EQ(table_.find(at("[::1]:80")), &who(2));
  EXPECT_EQ(table_.find(at("[::ffff:10.0.0.1]:80")), &who(0));
  EXPECT_EQ(table_.find(at("10.0.0.1:81")), nullptr);
  table_.unbind(who(1), at("0.0.0.0:80"));
  EXPECT_EQ(table_.find(at("10.0.0.2:80")), &who(2));
}

TEST_F(port_table_test, an_ipv6_only_listener_does_not_answer_to_ipv4) {
  ASSERT_TRUE(bind(0, at("[::]:80"), {.only_ipv6 = true}));
  EXPECT_EQ(table_.find(at("10.0.0.1:80")), nullptr);
  EXPECT_TRUE(bind(1, at("0.0.0.0:80")));
}

TEST_F(port_table_test, bindings_that_overlap_are_refused) {
  ASSERT_TRUE(bind(0, at("127.0.0.1:80")));
  for (const char* other : {"127.0.0.1:80", "0.0.0.0:80", "[::]:80"}) {
    const auto bound = bind(1, at(other));
    ASSERT_FALSE(bound) << other;
    EXPECT_EQ(bound.error(), std::errc::address_in_use);
  }
  EXPECT_TRUE(bind(1, at("127.0.0.2:80")));
  EXPECT_TRUE(bind(2, at("[::1]:80")));
  EXPECT_FALSE(bind(3, at("127.0.0.1:80"), {.reuse_port = true}));
}

TEST_F(port_table_test, listeners_that_share_a_port_take_turns) {
  ASSERT_TRUE(bind(0, at("127.0.0.1:80"), {.reuse_port = true}));
  ASSERT_TRUE(bind(1, at("127.0.0.1:80"), {.reuse_port = true}));
  std::set<socket*> seen{table_.find(at("127.0.0.1:80")), table_.find(at("127.0.0.1:80"))};
  EXPECT_EQ(seen, (std::set<socket*>{&who(0), &who(1)}));
  table_.unbind(who(0), at("127.0.0.1:80"));
  EXPECT_EQ(table_.find(at("127.0.0.1:80")), &who(1));
}

TEST_F(port_table_test, unix_names_are_free_again_after_their_listener) {
  const endpoint name = endpoint::unix_socket("/run/x");
  ASSERT_TRUE(bind(0, name));
  EXPECT_EQ(bind(1, name).error(), std::errc::address_in_use);
  EXPECT_EQ(table_.find(name), &who(0));
  EXPECT_EQ(table_.find(endpoint::unix_socket("/run/y")), nullptr);
  table_.unbind(who(0), name);
  EXPECT_EQ(table_.find(name), nullptr);
  EXPECT_TRUE(bind(1, name));
}

TEST_F(port_table_test, no_address_cannot_be_bound) {
  EXPECT_EQ(bind(0, endpoint()).error(), std::errc::address_family_not_supported);
}

TEST_F(port_table_test, ports_run_out_for_each_destination_by_itself) {
  const endpoint there = at("10.0.0.1:80");
  std::set<std::uint16_t> lent;
  while (const std::uint16_t port = table_.lend(there)) lent.insert(port);
  EXPECT_EQ(lent.size(), 60999U - 32768U + 1U);
  EXPECT_EQ(*lent.begin(), 32768);
  EXPECT_EQ(*lent.rbegin(), 60999);
  EXPECT_NE(table_.lend(at("10.0.0.2:80")), 0);
  table_.give_back(there, 40000);
  EXPECT_EQ(table_.lend(there), 40000);
  EXPECT_EQ(table_.lend(there), 0);
}

TEST_F(port_table_test, a_connection_never_gets_a_port_that_is_listened_on) {
  ASSERT_TRUE(bind(0, at("127.0.0.1:32769")));
  EXPECT_EQ(table_.lend(at("127.0.0.1:32769")), 32768);
  EXPECT_EQ(table_.lend(at("127.0.0.1:32769")), 32770);
}

TEST(endpoint_mapping, ipv4_and_ipv6_show_the_same_address) {
  EXPECT_EQ(with_mapping(at("1.2.3.4:5")), at("[::ffff:1.2.3.4]:5"));
  EXPECT_EQ(without_mapping(at("[::ffff:1.2.3.4]:5")), at("1.2.3.4:5"));
  EXPECT_EQ(with_mapping(at("[::1]:5")), at("[::1]:5"));
  EXPECT_EQ(without_mapping(at("[::1]:5")), at("[::1]:5"));
  EXPECT_EQ(without_mapping(endpoint()), endpoint());
}

}  // namespace pirn::sim
