// affinity: pins end with their object, and threads can leave them.
#include "pirn/platform/affinity.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

namespace {

using namespace pirn;

TEST(affinity, a_pinned_thread_is_where_it_is_pinned_until_the_pin_ends) {
  const std::vector<unsigned> before = allowed_processors();
  ASSERT_FALSE(before.empty());
  for (unsigned processor : before) {
    processor_pin pin(processor);
    EXPECT_EQ(allowed_processors(), std::vector{processor});
    EXPECT_EQ(sched_getcpu(), static_cast<int>(processor));
  }
  EXPECT_EQ(allowed_processors(), before);
}

TEST(affinity, a_thread_made_by_a_pinned_one_can_leave_the_pin) {
  const std::vector<unsigned> before = allowed_processors();
  std::vector<unsigned> inherited;
  std::vector<unsigned> left;
  {
    processor_pin pin(before.back());
    std::jthread other([&] {
      inherited = allowed_processors();
      leave_pin();
      left = allowed_processors();
    });
  }
  EXPECT_EQ(inherited, std::vector{before.back()});
  EXPECT_EQ(left, before);
}

TEST(affinity, a_processor_that_is_not_there_is_named) {
  std::string message;
  try {
    processor_pin pin(40'000);
  } catch (const std::system_error& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "pin a thread to processor 40000: Invalid argument");
}

}  // namespace
