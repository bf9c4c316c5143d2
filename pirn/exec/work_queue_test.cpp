// work_queue: oldest first for everybody.
#include "pirn/exec/work_queue.hpp"

#include <array>

#include <gtest/gtest.h>

namespace {

using pirn::detail::work_queue;

TEST(work_queue, all_take_the_oldest) {
  std::array<int, 3> items{};
  work_queue<int> queue;
  for (int& each : items) queue.push(each);
  EXPECT_EQ(queue.take_oldest(), &items[0]);
  EXPECT_EQ(queue.steal(), &items[1]);
  EXPECT_EQ(queue.take_oldest(), &items[2]);
  EXPECT_EQ(queue.take_oldest(), nullptr);
  EXPECT_EQ(queue.steal(), nullptr);
  EXPECT_TRUE(queue.looks_empty());
}

TEST(work_queue, many_are_taken_at_once) {
  std::array<int, 10> items{};
  work_queue<int> queue;
  std::array<int*, 3> taken{};
  EXPECT_EQ(queue.take(taken, 1), 0U);
  for (int& each : items) queue.push(each);
  EXPECT_EQ(queue.size(), 10U);
  EXPECT_EQ(queue.take(taken, 5), 2U);  // a fifth of ten
  EXPECT_EQ(taken[0], &items[0]);
  EXPECT_EQ(taken[1], &items[1]);
  EXPECT_EQ(queue.take(taken, 2), 3U);  // no more than there is room for
  EXPECT_EQ(taken[2], &items[4]);
  EXPECT_EQ(queue.take(taken, 100), 1U);  // one at least
  EXPECT_EQ(taken[0], &items[5]);
  EXPECT_EQ(queue.size(), 4U);
}

TEST(work_queue, its_ring_is_used_over_and_over) {
  std::array<int, 200> items{};
  work_queue<int> queue;
  for (int round = 0; round < 1000; ++round) {
    for (int& each : items) {
      queue.make_room();
      queue.push(each);
    }
    for (int& each : items) ASSERT_EQ(queue.take_oldest(), &each);
  }
}

}  // namespace
