// work_deque: each item is taken once, by its owner or by a thief.
//
// Method of the stress: the owner pushes and pops in bursts whose sizes are drawn from a printed
// seed, small ones often, since all that can go wrong goes wrong with one item left; thieves steal
// without a pause. At the end every item was taken exactly once.
#include "pirn/exec/work_deque.hpp"

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"

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
  EXPECT_EQ(deque.take_oldest(), &items[1]);
  EXPECT_EQ(deque.pop(), &items[2]);
  EXPECT_EQ(deque.pop(), nullptr);
  EXPECT_EQ(deque.steal(), nullptr);
  EXPECT_EQ(deque.take_oldest(), nullptr);
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

TEST(work_deque, its_ring_is_used_over_and_over) {
  std::array<int, 200> items{};
  work_deque<int> deque;
  for (int round = 0; round < 1000; ++round) {
    for (int& each : items) deque.push(each);
    for (int& each : items) ASSERT_EQ(deque.take_oldest(), &each);
  }
}

TEST(work_deque, under_stress_each_item_is_taken_once) {
  constexpr std::size_t count = 200'000;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<std::atomic<int>> taken(count);
  std::atomic<bool> over = false;
  work_deque<std::atomic<int>> deque;
  std::vector<std::jthread> thieves;
  for (int i = 0; i < 2; ++i) {
    thieves.emplace_back([&] {
      while (!over) {
        if (std::atomic<int>* item = deque.steal()) ++*item;
      }
    });
  }
  pirn::random_source random(seed);
  for (std::size_t pushed = 0; pushed < count;) {
    const std::size_t burst = 1 + random.below(random.below(8) == 0 ? 300 : 3);
    for (std::size_t i = 0; i < burst && pushed < count; ++i) deque.push(taken[pushed++]);
    for (std::size_t i = 0; i < burst; ++i) {
      std::atomic<int>* item = i % 7 == 6 ? deque.take_oldest() : deque.pop();
      if (item == nullptr) break;
      ++*item;
    }
  }
  while (std::atomic<int>* item = deque.pop()) ++*item;
  over = true;
  thieves.clear();
  for (const auto& each : taken) ASSERT_EQ(each, 1);
}

}  // namespace
