// descriptor_passing: what goes beside the bytes, and where it arrives.
#include "pirn/platform/descriptor_passing.hpp"

#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "pirn/platform/descriptor_calls.hpp"

namespace {

using namespace pirn;

class descriptor_passing : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = make_socket_pair();
    ASSERT_TRUE(made);
    pair_ = *std::move(made);
  }
  std::ptrdiff_t send(std::string_view text, std::span<const int> descriptors = {}) const {
    slice part{reinterpret_cast<const std::byte*>(text.data()), text.size()};
    return send_now(pair_.left.get(), {&part, 1}, descriptors);
  }
  received_bytes receive() { return receive_now(pair_.right.get(), into_, got_); }

  socket_pair pair_;
  std::array<std::byte, 100> into_;
  std::vector<unique_fd> got_;
};

ino_t inode(int descriptor) {
  struct stat status{};
  ::fstat(descriptor, &status);
  return status.st_ino;
}

TEST_F(descriptor_passing, copies_arrive_with_the_first_byte_and_are_closed_on_exec) {
  auto one = make_pipe();
  ASSERT_TRUE(one);
  int both[] = {one->reader.get(), one->writer.get()};
  EXPECT_EQ(send("abc", both), 3);
  EXPECT_EQ(receive().count, 3);
  ASSERT_EQ(got_.size(), 2U);
  for (const unique_fd& each : got_) {
    EXPECT_EQ(inode(each.get()), inode(both[0]));
    EXPECT_NE(::fcntl(each.get(), F_GETFD) & FD_CLOEXEC, 0);
  }
}

TEST_F(descriptor_passing, without_descriptors_there_are_bytes_alone) {
  EXPECT_EQ(receive().count, -EAGAIN);
  EXPECT_EQ(send("abc"), 3);
  EXPECT_EQ(receive().count, 3);
  EXPECT_TRUE(got_.empty());
  pair_.left.reset();
  EXPECT_EQ(receive().count, 0);
}

TEST_F(descriptor_passing, a_receiver_without_room_is_told_of_the_loss) {
  int many[] = {0, 1, 2};
  EXPECT_EQ(send("x", many), 1);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  int next = ::dup(0);
  ::close(next);
  rlimit full{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &full);
  received_bytes got = receive();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(got.count, 1);
  EXPECT_TRUE(got.lost_descriptors);
}

TEST_F(descriptor_passing, sending_to_nobody_is_an_error_without_a_signal) {
  pair_.right.reset();
  EXPECT_EQ(send("x"), -EPIPE);
}

}  // namespace
