// connection: messages and open files between a program and a process that it started.
#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/calling.hpp"
#include "pirn/process/connection.hpp"
#include "pirn/process/process.hpp"
#include "pirn/process/process_test.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

class connections_between : public ::testing::Test {
 protected:
  pirn::testing::nothing_left checked_;
};

remote::bytes bytes_of(std::string_view text) {
  const auto data = std::as_bytes(std::span(text));
  return {data.begin(), data.end()};
}

bool is_open(int descriptor) {
  struct stat ignored;
  return ::fstat(descriptor, &ignored) == 0;
}

void echo_bytes(connection peer) {
  for (;;) {
    remote::bytes got = peer.recv_bytes().result();
    if (got.empty()) return;
    peer.send_bytes(got).result();
  }
}

/// Writes into the file that it is sent, with all low descriptors taken when `crowded`.
void write_into_handle(connection peer, std::string text, bool crowded) {
  std::vector<unique_fd> crowd;
  while (crowded && (crowd.empty() || crowd.back().get() < 300)) {
    crowd.emplace_back(::dup(peer.descriptor()));
  }
  unique_fd file = peer.recv_handle().result();
  if (crowded && file.get() < 300) throw std::runtime_error("the descriptor is a low one");
  if (::write(file.get(), text.data(), text.size()) < 0) throw std::runtime_error("write");
}

void send_one_by_one(connection peer, std::vector<std::string> texts) {
  for (const std::string& each : texts) peer.send_bytes(bytes_of(each)).result();
}

/// What a process writes into a pipe whose writing end it was sent as a handle numbered `number`.
std::string written_by_process(int number, bool crowded) {
  auto [ours, its] = pirn::pipe();
  process child(calling(write_into_handle, std::move(its), "foo", crowded));
  auto file = make_pipe().value();
  unique_fd writer = std::move(file.writer);
  if (number >= 0) {
    unique_fd high(::fcntl(writer.get(), F_DUPFD_CLOEXEC, number));
    EXPECT_GE(high.get(), number);
    writer = std::move(high);
  }
  ours.send_handle(writer.get()).result(20s);
  writer.reset();
  EXPECT_TRUE(child.wait().result(20s).success());
  std::array<char, 16> text;
  const ssize_t size = ::read(file.reader.get(), text.data(), text.size());
  return {text.data(), static_cast<std::size_t>(size)};
}

TEST_F(connections_between, a_process_and_this_one_send_bytes_of_any_size) {
  auto [ours, its] = pirn::pipe();
  process child(calling(echo_bytes, std::move(its)));
  for (std::size_t size : {1U, 11U, 110U, 16U << 20}) {
    const remote::bytes sent = bytes_of(std::string(size, 'X'));
    ours.send_bytes(sent).result(20s);
    EXPECT_EQ(ours.recv_bytes().result(20s), sent);
  }
  EXPECT_FALSE(ours.poll());
  EXPECT_FALSE(ours.poll(-1s));
  EXPECT_FALSE(ours.poll(1ms));
  ours.send_bytes(bytes_of("ready")).result(20s);
  EXPECT_TRUE(ours.poll(20s));
  EXPECT_EQ(ours.recv_bytes().result(20s), bytes_of("ready"));
  ours.send_bytes({}).result(20s);
  EXPECT_THROW(ours.recv_bytes().result(20s), end_of_stream);
  EXPECT_TRUE(child.wait().result(20s).success());
}

TEST_F(connections_between, a_process_writes_into_a_file_that_it_is_sent) {
  EXPECT_EQ(written_by_process(-1, false), "foo");
}

TEST_F(connections_between, a_handle_may_have_any_number_at_both_ends) {
  EXPECT_EQ(written_by_process(300, true), "foo");
}

TEST_F(connections_between, what_is_no_handle_is_an_error_for_who_wants_one) {
  auto [left, right] = pirn::pipe();
  left.send_bytes(bytes_of("x")).result(20s);
  left.send(1).result(20s);
  EXPECT_THROW(right.recv_handle().result(20s), remote::message_error);
  EXPECT_EQ(right.recv<int>().result(20s), 1);
}

TEST_F(connections_between, messages_of_a_process_are_neither_merged_nor_empty_ones_lost) {
  const std::vector<std::string> texts{"hello", "", "a", "b", "", "bye", "", "lop"};
  auto [ours, its] = pirn::pipe();
  process child(calling(send_one_by_one, std::move(its), texts));
  for (const std::string& each : texts) {
    EXPECT_TRUE(ours.poll(20s));
    EXPECT_TRUE(ours.poll());  // it took nothing
    EXPECT_EQ(ours.recv_bytes().result(20s), bytes_of(each));
  }
  EXPECT_THROW(ours.recv_bytes().result(20s), end_of_stream);
  EXPECT_TRUE(child.wait().result(20s).success());
}

TEST_F(connections_between, an_end_that_is_no_socket_is_an_error) {
  const int number = 12345;
  ASSERT_FALSE(is_open(number));
  connection bad{unique_fd(number)};
  EXPECT_THROW(bad.send(1).result(20s), std::system_error);
  EXPECT_THROW(bad.recv().result(20s), std::system_error);
  [[maybe_unused]] const int released = bad.release().release();
}

}  // namespace
