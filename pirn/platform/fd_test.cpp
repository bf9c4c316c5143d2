#include "pirn/platform/fd.hpp"

#include <cerrno>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pirn {

namespace {

int open_something() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

}  // namespace

TEST(fd, a_descriptor_is_closed_at_the_end_of_its_owner) {
  int number = open_something();
  {
    unique_fd owner(number);
    EXPECT_TRUE(owner);
    EXPECT_EQ(owner.get(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(fd, moving_leaves_the_old_owner_empty) {
  unique_fd first(open_something());
  int number = first.get();
  unique_fd second(std::move(first));
  EXPECT_FALSE(first);
  EXPECT_EQ(second.get(), number);
  unique_fd third(open_something());
  int closed = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), number);
  EXPECT_FALSE(is_open(closed));
  EXPECT_TRUE(is_open(number));
}

TEST(fd, moving_onto_itself_keeps_the_descriptor) {
  unique_fd owner(open_something());
  unique_fd& same = owner;
  owner = std::move(same);
  EXPECT_TRUE(is_open(owner.get()));
}

TEST(fd, what_is_released_stays_open) {
  unique_fd owner(open_something());
  int number = owner.release();
  EXPECT_FALSE(owner);
  EXPECT_TRUE(is_open(number));
  ::close(number);
}

TEST(fd, closing_keeps_errno) {
  unique_fd owner(open_something());
  unique_fd nothing(12345);
  errno = EAGAIN;
  nothing.reset();
  owner.reset();
  EXPECT_EQ(errno, EAGAIN);
}

TEST(fd, errno_is_an_error_code) {
  errno = ENOENT;
  EXPECT_EQ(last_error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(errno_code(ECONNREFUSED), std::errc::connection_refused);
}

}  // namespace pirn
