#include "pirn/platform/uring.hpp"

#include <chrono>
#include <set>

#include <gtest/gtest.h>

namespace pirn::detail {

namespace {

using namespace std::chrono_literals;

class uring_test : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!probe_uring().usable()) GTEST_SKIP() << probe_uring().problem;
  }
};

void submit_nothing(uring& ring, std::uint64_t mark) {
  io_uring_sqe& entry = ring.next_submission();
  entry.opcode = IORING_OP_NOP;
  entry.user_data = mark;
}

/// The mark of the oldest completion.
std::uint64_t take_mark(uring& ring) {
  std::uint64_t mark = 0;
  ring.take_completions([&](const io_uring_cqe& completion) {
    mark = completion.user_data;
    return false;
  });
  return mark;
}

/// The marks of all completions; entering as long as the kernel has more.
std::multiset<std::uint64_t> take_marks(uring& ring) {
  std::multiset<std::uint64_t> marks;
  do {
    ring.enter();
    ring.take_completions([&](const io_uring_cqe& completion) {
      marks.insert(completion.user_data);
      return true;
    });
  } while (ring.has_submissions() || ring.has_deferred_work());
  return marks;
}

std::multiset<std::uint64_t> marks_to(std::uint64_t count) {
  std::multiset<std::uint64_t> marks;
  for (std::uint64_t mark = 1; mark <= count; ++mark) marks.insert(mark);
  return marks;
}

}  // namespace

TEST(uring_features, what_is_missing_is_said_in_words) {
  uring_features found = probe_uring();
  EXPECT_FALSE(found.kernel.empty());
  EXPECT_EQ(found.usable(), found.problem.empty());
  if (found.usable()) {
    EXPECT_TRUE(found.buffer_rings);
    EXPECT_TRUE(found.multishot);
  }
}

TEST_F(uring_test, entries_are_submitted_with_the_next_enter) {
  uring ring({.submissions = 8, .completions = 16});
  submit_nothing(ring, 1);
  EXPECT_TRUE(ring.has_submissions());
  EXPECT_FALSE(ring.has_completions());
  ring.enter();
  EXPECT_FALSE(ring.has_submissions());
  ASSERT_TRUE(ring.has_completions());
  EXPECT_EQ(take_mark(ring), 1);
  EXPECT_FALSE(ring.has_completions());
  EXPECT_EQ(ring.enters(), 1);
}

TEST_F(uring_test, a_full_queue_is_submitted_to_make_room) {
  uring ring({.submissions = 4, .completions = 64});
  for (std::uint64_t mark = 1; mark <= 30; ++mark) submit_nothing(ring, mark);
  EXPECT_EQ(take_marks(ring), marks_to(30));
}

TEST_F(uring_test, completions_that_find_the_queue_full_are_not_lost) {
  for (bool deferred : {true, false}) {
    uring ring({.submissions = 4, .completions = 8, .deferred_work = deferred});
    for (std::uint64_t mark = 1; mark <= 100; ++mark) submit_nothing(ring, mark);
    EXPECT_TRUE(ring.has_deferred_work());
    EXPECT_EQ(take_marks(ring), marks_to(100));
  }
}

TEST_F(uring_test, a_wait_ends_at_its_time) {
  uring ring({.submissions = 4, .completions = 8});
  auto before = std::chrono::steady_clock::now();
  ring.enter_and_wait(2ms);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 2ms);
  EXPECT_FALSE(ring.has_completions());
}

TEST_F(uring_test, a_wait_submits_and_ends_with_a_completion) {
  uring ring({.submissions = 4, .completions = 8});
  submit_nothing(ring, 7);
  ring.enter_and_wait(duration::max());
  ASSERT_TRUE(ring.has_completions());
  EXPECT_EQ(take_mark(ring), 7);
  EXPECT_EQ(ring.enters(), 1);
}

}  // namespace pirn::detail
