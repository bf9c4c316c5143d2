// futex: sleeping for a word, its wake, its deadline.
#include "pirn/platform/futex.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using pirn::detail::futex_wait;
using pirn::detail::futex_wake;
using clock = std::chrono::steady_clock;

TEST(futex, a_word_that_has_changed_is_not_slept_for) {
  const std::atomic<std::uint32_t> word{1};
  EXPECT_TRUE(futex_wait(word, 0));
}

TEST(futex, a_deadline_ends_the_sleep) {
  const std::atomic<std::uint32_t> word{0};
  const auto deadline = clock::now() + 2ms;
  while (futex_wait(word, 0, deadline)) {
  }
  EXPECT_GE(clock::now(), deadline);
}

TEST(futex, a_deadline_that_has_passed_does_not_sleep) {
  const std::atomic<std::uint32_t> word{0};
  EXPECT_FALSE(futex_wait(word, 0, clock::now() - 1s));
}

TEST(futex, a_wake_ends_the_sleep) {
  std::atomic<std::uint32_t> word{0};
  std::jthread other([&word] {
    word.store(1);
    futex_wake(word);
  });
  while (word.load() == 0) futex_wait(word, 0);
  EXPECT_EQ(word.load(), 1U);
}

}  // namespace
