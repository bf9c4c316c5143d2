// descriptor_set: several descriptors waited for as one.
#include "pirn/platform/descriptor_set.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/platform/descriptor_calls.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(descriptor_set, is_ready_when_one_of_it_is) {
  auto one = make_pipe();
  auto two = make_pipe();
  ASSERT_TRUE(one && two);
  descriptor_set set;
  ASSERT_EQ(set.open(), 0);
  ASSERT_EQ(set.add(one->reader.get(), poll_readable), 0);
  ASSERT_EQ(set.add(two->reader.get(), poll_readable), 0);
  auto now = std::chrono::steady_clock::now();
  EXPECT_EQ(wait_until_ready(set.get(), poll_readable, now), 0);
  EXPECT_EQ(write_now(two->writer.get(), bytes("x")), 1);
  EXPECT_EQ(wait_until_ready(set.get(), poll_readable, {}), poll_readable);
  set.remove(two->reader.get());
  EXPECT_EQ(wait_until_ready(set.get(), poll_readable, now), 0);
}

TEST(descriptor_set, tells_which_are_ready_and_for_what_again_and_again) {
  auto sockets = make_socket_pair();
  ASSERT_TRUE(sockets);
  descriptor_set set;
  ASSERT_EQ(set.open(), 0);
  ASSERT_EQ(set.add(sockets->left.get(), poll_readable | poll_writable), 0);
  std::array<descriptor_set::ready, 4> found;
  for (int time = 0; time < 2; ++time) {
    ASSERT_EQ(set.wait(found, {}), 1);
    EXPECT_EQ(found[0].descriptor, sockets->left.get());
    EXPECT_EQ(found[0].events, poll_writable);
  }
  ASSERT_EQ(set.change(sockets->left.get(), poll_readable), 0);
  EXPECT_EQ(set.wait(found, std::chrono::steady_clock::now()), 0);
  sockets->right.reset();
  ASSERT_EQ(set.wait(found, {}), 1);
  EXPECT_EQ(found[0].events, poll_readable | poll_hang_up);
}

TEST(descriptor_set, finds_as_many_as_there_is_room_for) {
  std::vector<socket_pair> pairs;
  descriptor_set set;
  ASSERT_EQ(set.open(), 0);
  for (int i = 0; i < 100; ++i) {
    auto made = make_socket_pair();
    ASSERT_TRUE(made);
    ASSERT_EQ(set.add(made->left.get(), poll_writable), 0);
    pairs.push_back(*std::move(made));
  }
  std::vector<descriptor_set::ready> found(100);
  EXPECT_EQ(set.wait(found, {}), 100);
  EXPECT_EQ(set.wait(std::span(found).first(3), {}), 3);
}

TEST(descriptor_set, says_what_the_kernel_says_of_wrong_descriptors) {
  descriptor_set set;
  ASSERT_EQ(set.open(), 0);
  auto file = make_memory_file(bytes("x"));
  auto pipe = make_pipe();
  ASSERT_TRUE(file && pipe);
  EXPECT_EQ(set.add(file->get(), poll_readable), -EPERM);
  EXPECT_EQ(set.add(999'999, poll_readable), -EBADF);
  EXPECT_EQ(set.change(pipe->reader.get(), poll_readable), -ENOENT);
}

}  // namespace
