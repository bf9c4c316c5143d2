// rank_desk: calls ahead by what the last ones took, within bounds; and what comes back.
#include "pirn/mpi/rank_desk.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace pirn::detail;

std::unique_ptr<rank_call> some_call() {
  return std::make_unique<typed_rank_call<void>>(pirn::remote::bytes{});
}

// Fills the desk with calls of so many bytes.
std::size_t fill(rank_desk& desk, std::size_t size_bytes = 100) {
  while (desk.has_room()) desk.sent(some_call(), size_bytes);
  return desk.under_way();
}

void answer_all(rank_desk& desk, std::chrono::nanoseconds took) {
  while (desk.under_way() > 0) (void)desk.answered(took);
}

TEST(rank_desk, the_first_call_goes_alone) {
  rank_desk desk;
  EXPECT_EQ(fill(desk), 1U);
}

TEST(rank_desk, short_calls_have_others_behind_them_up_to_a_bound) {
  rank_desk desk;
  fill(desk);
  answer_all(desk, 100us);
  EXPECT_EQ(fill(desk), 10U);
  for (int i = 0; i < 50; ++i) (void)desk.answered(100ns), fill(desk);
  EXPECT_EQ(desk.under_way(), rank_desk::ahead_max);
}

TEST(rank_desk, a_long_call_is_believed_at_once) {
  rank_desk desk;
  fill(desk);
  answer_all(desk, 1us);
  EXPECT_GT(fill(desk), 100U);
  answer_all(desk, 1us);
  desk.sent(some_call(), 100);
  (void)desk.answered(1s);
  EXPECT_EQ(fill(desk), 1U);
}

TEST(rank_desk, a_busy_rank_gets_no_more_and_gives_back_what_is_behind_its_call) {
  rank_desk desk;
  fill(desk);
  answer_all(desk, 100us);
  std::vector<const rank_call*> sent;
  for (int i = 0; i < 3; ++i) {
    auto call = some_call();
    sent.push_back(call.get());
    desk.sent(std::move(call), 100);
  }
  desk.busy();
  EXPECT_EQ(desk.given_back().get(), sent[1]);
  EXPECT_EQ(desk.given_back().get(), sent[2]);
  EXPECT_FALSE(desk.has_room());
  EXPECT_EQ(desk.answered(1s).get(), sent[0]);
  EXPECT_TRUE(desk.has_room());
}

TEST(rank_desk, large_calls_are_few) {
  rank_desk desk;
  fill(desk);
  answer_all(desk, 1us);
  EXPECT_EQ(fill(desk, rank_desk::size_max_bytes / 4), 4U);
}

TEST(rank_desk, answers_belong_to_the_calls_in_their_order) {
  rank_desk desk;
  auto first = some_call();
  auto second = some_call();
  const rank_call* expected[] = {first.get(), second.get()};
  desk.sent(std::move(first), 1);
  desk.sent(std::move(second), 1);
  for (const rank_call* each : expected) EXPECT_EQ(desk.answered(1us).get(), each);
}

}  // namespace
