// work_ring: each item of a work_deque or work_queue is taken once, by its owner or by a thief.
//
// Method of the stress: the owner pushes and takes in bursts whose sizes are drawn from a printed
// seed, small ones often, since all that can go wrong goes wrong with one item left; thieves steal
// without a pause. So each step (push, pop, the pop of the last item, take_oldest, steal, take)
// meets each at every length. That the ring grows under thieves is rare in one deque, so that has a
// stress of its own with many. At the end every item was taken exactly once.
#include "pirn/exec/work_ring.hpp"

#include <array>
#include <atomic>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/exec/work_deque.hpp"
#include "pirn/exec/work_queue.hpp"

namespace {

using pirn::detail::work_deque;
using pirn::detail::work_queue;

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
class work_ring_stress : public ::testing::Test {};
using both = ::testing::Types<work_deque<item>, work_queue<item>>;
TYPED_TEST_SUITE(work_ring_stress, both);

TYPED_TEST(work_ring_stress, each_item_is_taken_once) {
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

TYPED_TEST(work_ring_stress, it_grows_while_others_steal) {
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
