// work_deque: each item is taken once, by its owner or by a thief.
//
// Method of the stress: the owner pushes and takes in bursts whose sizes are drawn from a printed
// seed, small ones often, since all that can go wrong goes wrong with one item left; thieves steal
// without a pause. So each step (push, pop, the pop of the last item, take_oldest, steal, take)
// meets each at every length. That the ring grows under thieves is rare in one deque, so that has a
// stress of its own with many. At the end every item was taken exactly once.
#include "pirn/exec/work_deque.hpp"

#include <array>
#include <atomic>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"

namespace {

using pirn::detail::work_deque;
using pirn::detail::work_queue;

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

TEST(work_deque, it_grows_and_keeps_the_order) {
  std::vector<int> items(100'000);
  work_deque<int> deque;
  for (int& each : items) deque.push(each);
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(deque.steal(), &items[i]);
  for (std::size_t i = items.size(); i > 1000; --i) ASSERT_EQ(deque.pop(), &items[i - 1]);
  EXPECT_EQ(deque.pop(), nullptr);
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

using item = std::atomic<int>;

/// What the owner takes.
item* take(work_deque<item>& deque) {
  return deque.pop();
}
item* take(work_queue<item>& queue) {
  return queue.take_oldest();
}

/// What a thief takes at once.
std::size_t steal(work_deque<item>& deque, std::span<item*> to) {
  to[0] = deque.steal();
  return to[0] != nullptr ? 1 : 0;
}
std::size_t steal(work_queue<item>& queue, std::span<item*> to) {
  return queue.take(to, 2);
}

/// Two threads that steal until they are destroyed.
template <class Deque>
class thieves {
 public:
  explicit thieves(Deque& from) {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this, &from] {
        std::array<item*, 4> stolen{};
        while (!over_) {
          const std::size_t count = steal(from, stolen);
          for (item* each : std::span(stolen).first(count)) ++*each;
        }
      });
    }
  }
  ~thieves() { over_ = true; }

 private:
  std::atomic<bool> over_ = false;
  std::vector<std::jthread> threads_;
};

template <class Deque>
class work_deque_stress : public testing::Test {};
using both = testing::Types<work_deque<item>, work_queue<item>>;
TYPED_TEST_SUITE(work_deque_stress, both);

TYPED_TEST(work_deque_stress, each_item_is_taken_once) {
  constexpr std::size_t count = 200'000;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<item> taken(count);
  TypeParam deque;
  {
    const thieves<TypeParam> at_work(deque);
    pirn::random_source random(seed);
    for (std::size_t pushed = 0; pushed < count;) {
      const std::size_t burst = 1 + random.below(random.below(8) == 0 ? 300 : 3);
      for (std::size_t i = 0; i < burst && pushed < count; ++i) deque.push(taken[pushed++]);
      for (std::size_t i = 0; i < burst; ++i) {
        item* mine = take(deque);
        if (mine == nullptr) break;
        ++*mine;
      }
    }
    while (item* mine = take(deque)) ++*mine;
  }
  for (const auto& each : taken) ASSERT_EQ(each, 1);
}

TYPED_TEST(work_deque_stress, it_grows_while_others_steal) {
  constexpr std::size_t count = 3000;  // three times the ring is too small
  for (int round = 0; round < 50; ++round) {
    std::vector<item> taken(count);
    TypeParam deque;
    {
      const thieves<TypeParam> at_work(deque);
      for (item& each : taken) deque.push(each);
      while (item* mine = take(deque)) ++*mine;
    }
    for (const auto& each : taken) ASSERT_EQ(each, 1) << "round " << round;
  }
}

}  // namespace
