// call_slots: every transition, and slots that are used again.
//
// The method: the pool's and the worker's side change one word each by compare-and-swap; all orders
// of their two steps are few, so they are all written out.
#include "pirn/process/call_slots.hpp"

#include <array>

#include <gtest/gtest.h>

namespace {

using pirn::detail::call_slots;

struct call_slots_test : ::testing::Test {
  alignas(std::uint64_t) std::array<std::byte, call_slots::size_bytes> memory{};
  call_slots pool{memory};
  call_slots worker{memory};
};

TEST_F(call_slots_test, an_offered_call_is_begun_once) {
  pool.offer(1);
  EXPECT_FALSE(pool.was_begun(1));
  EXPECT_TRUE(worker.begin(1));
  EXPECT_TRUE(pool.was_begun(1));
  EXPECT_FALSE(worker.begin(1));
  EXPECT_FALSE(pool.take_back(1));
}

TEST_F(call_slots_test, what_is_taken_back_is_not_begun) {
  pool.offer(1);
  EXPECT_TRUE(pool.take_back(1));
  EXPECT_FALSE(worker.begin(1));
  EXPECT_FALSE(pool.was_begun(1));
}

TEST_F(call_slots_test, what_was_never_offered_is_not_begun) {
  EXPECT_FALSE(worker.begin(0));
  EXPECT_FALSE(worker.begin(1));
}

TEST_F(call_slots_test, a_slot_with_a_newer_number_refuses_the_older) {
  constexpr std::uint32_t later = 1 + call_slots::count;
  pool.offer(1);
  EXPECT_TRUE(pool.take_back(1));
  pool.offer(later);
  EXPECT_FALSE(worker.begin(1));
  EXPECT_TRUE(worker.begin(later));
  EXPECT_FALSE(pool.was_begun(1));
  EXPECT_TRUE(pool.was_begun(later));
}

}  // namespace
