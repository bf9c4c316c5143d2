// descriptor_calls: pipes, files in memory, waiting, and writing to nobody.
#include "pirn/platform/descriptor_calls.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using namespace pirn;
using namespace std::chrono_literals;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}
bool closed_on_exec(const unique_fd& one) {
  return (::fcntl(one.get(), F_GETFD) & FD_CLOEXEC) != 0;
}

TEST(descriptor_calls, everything_made_is_closed_on_exec) {
  auto pipe = make_pipe();
  auto sockets = make_socket_pair();
  auto file = make_memory_file(bytes("x"));
  ASSERT_TRUE(pipe && sockets && file);
  EXPECT_TRUE(closed_on_exec(pipe->reader) && closed_on_exec(pipe->writer));
  EXPECT_TRUE(closed_on_exec(sockets->left) && closed_on_exec(sockets->right));
  EXPECT_TRUE(closed_on_exec(*file));
  EXPECT_TRUE(closed_on_exec(duplicate(pipe->reader.get())));
  EXPECT_TRUE(closed_on_exec(open_null()));
}

TEST(descriptor_calls, a_nonblocking_pipe_says_that_it_is_empty_then_that_it_has_ended) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  ASSERT_EQ(set_nonblocking(pipe->reader.get()), 0);
  std::array<std::byte, 8> into;
  EXPECT_EQ(read_now(pipe->reader.get(), into), -EAGAIN);
  EXPECT_EQ(write_now(pipe->writer.get(), bytes("abc")), 3);
  EXPECT_EQ(read_now(pipe->reader.get(), into), 3);
  pipe->writer.reset();
  EXPECT_EQ(read_now(pipe->reader.get(), into), 0);
}

TEST(descriptor_calls, writing_to_nobody_is_an_error_without_a_signal) {
  struct sigaction before{};
  sigaction(SIGPIPE, nullptr, &before);
  ASSERT_EQ(before.sa_handler, SIG_DFL) << "it would end this program";
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  pipe->reader.reset();
  EXPECT_EQ(write_now(pipe->writer.get(), bytes("abc")), -EPIPE);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(descriptor_calls, a_signal_that_was_pending_before_stays) {
  sigset_t broken_pipe;
  sigset_t before;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  raise(SIGPIPE);
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  pipe->reader.reset();
  EXPECT_EQ(write_now(pipe->writer.get(), bytes("abc")), -EPIPE);
  timespec none{};
  EXPECT_EQ(sigtimedwait(&broken_pipe, nullptr, &none), SIGPIPE);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(descriptor_calls, waiting_ends_with_what_is_there_or_with_its_time) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  auto soon = std::chrono::steady_clock::now() + 1ms;
  EXPECT_EQ(wait_until_ready(pipe->reader.get(), poll_readable, soon), 0);
  EXPECT_GE(std::chrono::steady_clock::now(), soon);
  EXPECT_EQ(wait_until_ready(pipe->writer.get(), poll_writable, {}), poll_writable);
  EXPECT_EQ(write_now(pipe->writer.get(), bytes("x")), 1);
  EXPECT_EQ(wait_until_ready(pipe->reader.get(), poll_readable, {}), poll_readable);
  pipe->writer.reset();
  EXPECT_EQ(wait_until_ready(pipe->reader.get(), poll_readable, {}), poll_readable | poll_hang_up);
}

TEST(descriptor_calls, a_file_in_memory_is_read_from_its_start) {
  auto file = make_memory_file(bytes("content"));
  ASSERT_TRUE(file);
  std::array<std::byte, 16> into;
  EXPECT_EQ(read_now(file->get(), into), 7);
  EXPECT_EQ(read_now(file->get(), into), 0);
}

}  // namespace
