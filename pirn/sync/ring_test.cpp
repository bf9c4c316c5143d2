// ring: a first-in-first-out store that keeps its memory.
#include "pirn/sync/ring.hpp"

#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace {

using pirn::detail::ring;

TEST(ring, gives_items_in_the_order_they_were_put_while_it_turns_and_grows) {
  ring<int> items;
  int put = 0;
  int taken = 0;
  for (int round = 0; round < 30; ++round) {
    for (int count = 0; count < 7; ++count) items.put(put++);
    for (int count = 0; count < 5; ++count) EXPECT_EQ(items.take(), taken++);
    EXPECT_EQ(items.size(), static_cast<std::size_t>(put - taken));
  }
  while (!items.empty()) EXPECT_EQ(items.take(), taken++);
  EXPECT_EQ(taken, put);
}

TEST(ring, destroys_what_is_left_and_what_is_assigned_over) {
  auto tracked = std::make_shared<int>(1);
  {
    ring<std::shared_ptr<int>> items;
    for (int count = 0; count < 9; ++count) items.put(std::shared_ptr<int>(tracked));
    ring<std::shared_ptr<int>> moved(std::move(items));
    EXPECT_TRUE(items.empty());  // NOLINT: a moved-from ring is empty
    EXPECT_EQ(moved.size(), 9u);
    moved = ring<std::shared_ptr<int>>();
    EXPECT_EQ(tracked.use_count(), 1);
    moved.put(std::shared_ptr<int>(tracked));
  }
  EXPECT_EQ(tracked.use_count(), 1);
}

}  // namespace
