// raft: elections, replication and commits by hand, without a network.
#include "raft.hpp"

#include <chrono>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

namespace pirn::apps::kv {

namespace {

using namespace std::chrono_literals;

command write(std::string value) {
  command made;
  made.what = command::kind::write;
  made.value = std::move(value);
  return made;
}

/// Nodes whose requests are carried by hand.
struct cluster {
  explicit cluster(std::uint32_t count = 3, planted_bug bug = planted_bug::none) {
    for (node_id i = 0; i < count; ++i) {
      nodes.emplace_back(raft_options{.self = i, .nodes = count, .seed = i, .bug = bug}, ballot{},
                         std::vector<entry>{}, now);
    }
  }

  /// Lets a node's time come, and everybody who can be reached vote. One that led before makes way
  /// first, since it has heard of nobody.
  void elect(node_id who, const std::vector<node_id>& reached) {
    do {
      now += 10s;
      nodes[who].tick(now);
    } while (nodes[who].plays() == raft::role::follower);
    for (node_id each : reached) carry(who, each);
  }
  /// One request, if there is one, and its answer.
  void carry(node_id from, node_id to, std::size_t entries_max = 64) {
    if (nodes[from].due(to) > now) return;
    const request asked = nodes[from].take_request(to, now, entries_max);
    if (const auto* vote = std::get_if<vote_request>(&asked)) {
      nodes[from].receive(to, nodes[to].receive(*vote, now), now);
    } else {
      nodes[from].receive(to, nodes[to].receive(std::get<append_request>(asked), now), now);
    }
  }
  /// All that there is to say to a node, and then a heartbeat.
  void bring_up_to_date(node_id from, node_id to) {
    for (int i = 0; i < 20; ++i) carry(from, to);
    now += 1s;
    carry(from, to);
  }

  time_point now{};
  std::deque<raft> nodes;
};

}  // namespace

TEST(kv_raft, who_has_a_majority_leads_and_a_single_node_at_once) {
  cluster three;
  three.elect(0, {});
  EXPECT_EQ(three.nodes[0].plays(), raft::role::candidate);
  three.carry(0, 2);
  EXPECT_TRUE(three.nodes[0].leads());
  EXPECT_EQ(three.nodes[0].term(), 1U);
  cluster one(1);
  one.elect(0, {});
  one.nodes[0].propose(write("a"), one.now);
  EXPECT_EQ(one.nodes[0].committed(), 2U);
}

TEST(kv_raft, a_node_votes_once_a_term) {
  cluster three;
  const vote_request first{.term = 1, .candidate = 0, .last_index = 0, .last_term = 0};
  vote_request second = first;
  second.candidate = 1;
  EXPECT_TRUE(three.nodes[2].receive(first, three.now).granted);
  EXPECT_FALSE(three.nodes[2].receive(second, three.now).granted);
  EXPECT_TRUE(three.nodes[2].receive(first, three.now).granted) << "the answer may have been lost";
  second.term = 2;
  EXPECT_TRUE(three.nodes[2].receive(second, three.now).granted);
}

TEST(kv_raft, an_entry_is_committed_when_a_majority_has_it) {
  cluster three;
  three.elect(0, {1});
  three.nodes[0].propose(write("a"), three.now);
  EXPECT_EQ(three.nodes[0].committed(), 0U);
  three.carry(0, 1);
  EXPECT_EQ(three.nodes[0].committed(), 2U);
  EXPECT_EQ(three.nodes[1].committed(), 0U);
  three.bring_up_to_date(0, 1);
  three.bring_up_to_date(0, 2);
  EXPECT_EQ(three.nodes[1].committed(), 2U);
  EXPECT_EQ(three.nodes[2].committed(), 2U);
}

TEST(kv_raft, nobody_votes_for_one_whose_log_lacks_something) {
  cluster three;
  three.elect(0, {1});
  three.bring_up_to_date(0, 1);
  three.elect(2, {0, 1});
  EXPECT_FALSE(three.nodes[2].leads());
  three.elect(1, {2});
  EXPECT_TRUE(three.nodes[1].leads());
}

TEST(kv_raft, what_differs_from_the_leaders_log_is_replaced) {
  cluster three;
  three.elect(0, {1});
  three.nodes[0].propose(write("lost"), three.now);
  three.elect(1, {2});
  three.nodes[1].propose(write("kept"), three.now);
  three.bring_up_to_date(1, 0);
  EXPECT_EQ(three.nodes[0].entries().last_index(), 2U);
  EXPECT_EQ(three.nodes[0].entries().at(2).what, write("kept"));
  EXPECT_EQ(three.nodes[0].plays(), raft::role::follower);
}

TEST(kv_raft, a_late_request_takes_nothing_away) {
  cluster three;
  three.elect(0, {1});
  const request early = three.nodes[0].take_request(2, three.now, 64);
  three.nodes[0].propose(write("a"), three.now);
  three.bring_up_to_date(0, 2);
  three.nodes[2].receive(std::get<append_request>(early), three.now);
  EXPECT_EQ(three.nodes[2].entries().last_index(), 2U);
}

// Figure 8 of the paper: an entry of a former term is with a majority, and may yet be replaced.
void replicate_an_old_entry(cluster& three) {
  three.elect(0, {1});
  three.bring_up_to_date(0, 1);
  three.bring_up_to_date(0, 2);
  three.nodes[0].propose(write("old"), three.now);  // at 2, of term 1, on node 0 alone
  three.elect(1, {2});                              // has at 2 its own first entry, of term 2
  three.elect(0, {2});                              // learns of the term,
  three.elect(0, {2});                              // leads in one above it
  for (int i = 0; i < 4 && three.nodes[2].entries().last_index() < 2; ++i) three.carry(0, 2, 1);
  ASSERT_EQ(three.nodes[2].entries().at(2).what, write("old"));
}

TEST(kv_raft, an_entry_of_a_former_term_is_not_committed_by_itself) {
  cluster right;
  replicate_an_old_entry(right);
  EXPECT_EQ(right.nodes[0].committed(), 1U);
  right.carry(0, 2, 1);
  EXPECT_EQ(right.nodes[0].committed(), 3U) << "with the first of the leader's own term";
  cluster wrong(3, planted_bug::commits_old_terms);
  replicate_an_old_entry(wrong);
  EXPECT_EQ(wrong.nodes[0].committed(), 2U);
  wrong.elect(1, {2});
  wrong.elect(1, {2});
  wrong.bring_up_to_date(1, 2);
  EXPECT_NE(wrong.nodes[2].entries().at(2).what, write("old")) << "committed, and gone";
}

TEST(kv_raft, a_leader_that_hears_of_nobody_makes_way) {
  cluster three;
  three.elect(0, {1});
  three.now += 2s;
  three.nodes[0].tick(three.now);
  EXPECT_EQ(three.nodes[0].plays(), raft::role::follower);
}

}  // namespace pirn::apps::kv
