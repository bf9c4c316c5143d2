#include "pirn/platform/buffer_ring.hpp"

#include <array>
#include <optional>
#include <set>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace pirn::detail {

namespace {

struct answer {
  std::int32_t res;
  std::uint32_t flags;
};

class buffer_ring_test : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!probe_uring().usable()) GTEST_SKIP() << probe_uring().problem;
    ring_.emplace(uring_setup{.submissions = 4, .completions = 8});
    std::array<int, 2> made{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made.data()), 0);
    near_.reset(made[0]);
    far_.reset(made[1]);
  }

  /// Has the kernel receive one message into a buffer of its choice.
  answer receive(std::string_view text) {
    EXPECT_EQ(::send(far_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    io_uring_sqe& entry = ring_->next_submission();
    entry.opcode = IORING_OP_RECV;
    entry.fd = near_.get();
    entry.flags = IOSQE_BUFFER_SELECT;
    entry.buf_group = buffer_ring::group;
    ring_->enter_and_wait(duration::max());
    answer got{};
    ring_->take_completions([&](const io_uring_cqe& completion) {
      got = {.res = completion.res, .flags = completion.flags};
      return false;
    });
    return got;
  }

  std::optional<uring> ring_;
  unique_fd near_;
  unique_fd far_;
};

}  // namespace

TEST_F(buffer_ring_test, the_kernel_picks_a_buffer_until_there_is_none) {
  buffer_ring buffers(*ring_, {.size_bytes = 64, .at_first = 2, .at_most = 4});
  std::set<std::uint32_t> picked;
  for (int i = 0; i < 2; ++i) {
    answer completion = receive("bytes");
    ASSERT_EQ(completion.res, 5);
    std::uint32_t id = completion.flags >> IORING_CQE_BUFFER_SHIFT;
    picked.insert(id);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(buffers.data(id)), 5), "bytes");
  }
  EXPECT_EQ(picked, (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(receive("late").res, -ENOBUFS);
}

TEST_F(buffer_ring_test, a_lease_that_ends_gives_its_buffer_back) {
  buffer_ring buffers(*ring_, {.size_bytes = 64, .at_first = 1, .at_most = 1});
  for (int i = 0; i < 100; ++i) {
    answer completion = receive("bytes");
    ASSERT_EQ(completion.res, 5);
    std::uint32_t id = completion.flags >> IORING_CQE_BUFFER_SHIFT;
    lease chunk(buffers, buffers.data(id), id, 5);
    EXPECT_EQ(chunk.text(), "bytes");
  }
}

TEST_F(buffer_ring_test, it_doubles_up_to_its_limit) {
  buffer_ring buffers(*ring_, {.size_bytes = 64, .at_first = 2, .at_most = 8});
  EXPECT_EQ(buffers.count(), 2);
  EXPECT_TRUE(buffers.grow());
  EXPECT_EQ(buffers.count(), 4);
  EXPECT_TRUE(buffers.grow());
  EXPECT_EQ(buffers.count(), 8);
  EXPECT_FALSE(buffers.grow());
  std::set<std::uint32_t> picked;
  for (int i = 0; i < 8; ++i) picked.insert(receive("x").flags >> IORING_CQE_BUFFER_SHIFT);
  EXPECT_EQ(picked.size(), 8);
}

}  // namespace pirn::detail
