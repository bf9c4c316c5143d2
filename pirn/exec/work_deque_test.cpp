// work_deque: newest first for its owner, oldest first for thieves.
#include "pirn/exec/work_deque.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace {

using pirn::detail::work_deque;

TEST(work_deque, the_owner_takes_the_newest_and_thieves_the_oldest) {
  std::array<int, 4> items{};
  work_deque<int> deque;
  EXPECT_TRUE(deque.looks_empty());
  for (int& each : items) deque.push(each);
  EXPECT_FALSE(deque.looks_empty());
  EXPECT_EQ(deque.pop(), &items[3]);
  EXPECT_EQ(deque.steal(), &items[0]);
  EXPECT_EQ(deque.steal(), &items[1]);
  EXPECT_EQ(deque.pop(), &items[2]);
  EXPECT_EQ(deque.pop(), nullptr);
  EXPECT_EQ(deque.steal(), nullptr);
  EXPECT_TRUE(deque.looks_empty());
}

TEST(work_deque, it_grows_and_keeps_the_order) {
  std::vector<int> items(100'000);
  work_deque<int> deque;
  for (int& each : items) deque.push(each);
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(deque.steal(), &items[i]);
  for (std::size_t i = items.size(); i > 1000; --i) ASSERT_EQ(deque.pop(), &items[i - 1]);
  EXPECT_EQ(deque.pop(), nullptr);
}

}  // namespace
