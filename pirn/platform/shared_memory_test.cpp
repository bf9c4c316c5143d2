// shared_memory: two views of one block, and what is refused.
#include "pirn/platform/shared_memory.hpp"

#include <algorithm>
#include <stdexcept>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using pirn::shared_memory;
using pirn::unique_fd;

TEST(shared_memory, who_has_the_descriptor_sees_the_same_bytes) {
  shared_memory mine(10'000);
  EXPECT_TRUE(std::ranges::all_of(mine.bytes(), [](std::byte b) { return b == std::byte{0}; }));
  shared_memory other(unique_fd(::dup(mine.descriptor())));
  ASSERT_EQ(other.bytes().size(), 10'000U);
  mine.bytes()[9'999] = std::byte{7};
  EXPECT_EQ(other.bytes()[9'999], std::byte{7});
  mine = shared_memory();
  EXPECT_EQ(other.bytes()[9'999], std::byte{7});
}

TEST(shared_memory, it_may_be_empty) {
  shared_memory none(0);
  EXPECT_TRUE(none.bytes().empty());
  EXPECT_TRUE(shared_memory(unique_fd(::dup(none.descriptor()))).bytes().empty());
}

TEST(shared_memory, nobody_can_change_its_size) {
  shared_memory block(4096);
  EXPECT_NE(::ftruncate(block.descriptor(), 0), 0);
  EXPECT_NE(::ftruncate(block.descriptor(), 8192), 0);
}

TEST(shared_memory, another_kind_of_descriptor_is_refused) {
  EXPECT_THROW(shared_memory(unique_fd(::open("/dev/null", O_RDWR | O_CLOEXEC))),
               std::invalid_argument);
}

}  // namespace
