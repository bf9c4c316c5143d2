#include "pirn/platform/splice_pipe.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>

namespace {

using namespace pirn;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string read_text(int descriptor) {
  std::string text(100, '\0');
  const std::ptrdiff_t count = read_now(descriptor, std::as_writable_bytes(std::span(text)));
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

class splice_pipe_test : public ::testing::Test {
 protected:
  socket_pair source_ = make_socket_pair().value();
  socket_pair target_ = make_socket_pair().value();
  splice_pipe pipe_ = splice_pipe::open().value();
};

TEST_F(splice_pipe_test, what_it_takes_from_one_socket_it_gives_to_the_other) {
  ASSERT_EQ(write_now(source_.left.get(), bytes_of("from here to there")), 18);
  EXPECT_EQ(pipe_.fill_from(source_.right.get()), 18);
  EXPECT_EQ(pipe_.held_bytes(), 18U);
  EXPECT_EQ(pipe_.empty_into(target_.left.get()), 18);
  EXPECT_EQ(pipe_.held_bytes(), 0U);
  EXPECT_EQ(read_text(target_.right.get()), "from here to there");
}

TEST_F(splice_pipe_test, the_end_of_the_source_is_a_count_of_0) {
  source_.left.reset();
  EXPECT_EQ(pipe_.fill_from(source_.right.get()), 0);
}

TEST_F(splice_pipe_test, a_source_that_blocks_and_has_nothing_is_not_waited_for) {
  const int source = source_.right.get();
  ASSERT_EQ(::fcntl(source, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(pipe_.fill_from(source), -EAGAIN);
  EXPECT_EQ(::fcntl(source, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(splice_pipe_test, a_full_target_that_blocks_is_not_waited_for_and_goes_on_blocking) {
  const std::string much(64 << 10, 'x');
  ASSERT_EQ(set_nonblocking(source_.left.get()), 0);
  const int target = target_.left.get();
  ASSERT_EQ(::fcntl(target, F_GETFL) & O_NONBLOCK, 0);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_GT(write_now(source_.left.get(), bytes_of(much)), 0);
    ASSERT_GT(pipe_.fill_from(source_.right.get()), 0);
    std::ptrdiff_t moved = 1;
    while (moved > 0 && pipe_.held_bytes() > 0) moved = pipe_.empty_into(target);
    EXPECT_EQ(::fcntl(target, F_GETFL) & O_NONBLOCK, 0);
    if (moved == -EAGAIN) return;
  }
  FAIL() << "the target took everything";
}

// The default action of SIGPIPE would end this program.
TEST_F(splice_pipe_test, a_target_that_nobody_reads_gives_an_error_and_no_signal) {
  ASSERT_EQ(write_now(source_.left.get(), bytes_of("for nobody")), 10);
  ASSERT_EQ(pipe_.fill_from(source_.right.get()), 10);
  target_.right.reset();
  EXPECT_EQ(pipe_.empty_into(target_.left.get()), -EPIPE);
}

}  // namespace
