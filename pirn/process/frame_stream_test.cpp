// frame_stream: messages short and long, in pieces, with descriptors.
#include "pirn/process/frame_stream.hpp"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/platform/descriptor_calls.hpp"

namespace {

using namespace pirn;
using namespace pirn::detail;

struct frame_stream_test : ::testing::Test {
  frame_stream left;
  frame_stream right;
  frame_stream_test() {
    auto sockets = make_socket_pair().value();
    EXPECT_EQ(set_nonblocking(sockets.left.get()), 0);
    EXPECT_EQ(set_nonblocking(sockets.right.get()), 0);
    left = frame_stream(std::move(sockets.left));
    right = frame_stream(std::move(sockets.right));
  }
  static std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
  }
  static std::string text(const frame& message) {
    return {reinterpret_cast<const char*>(message.content.data()), message.content.size()};
  }
};

TEST_F(frame_stream_test, messages_arrive_in_order_and_whole) {
  left.queue(frame_kind::call, 1, bytes("first"));
  left.queue(frame_kind::result, 2, {});
  EXPECT_TRUE(left.has_unsent());
  EXPECT_EQ(left.flush(), 0);
  EXPECT_FALSE(left.has_unsent());
  EXPECT_FALSE(right.next());
  EXPECT_EQ(right.receive(), frame_stream::received::bytes);
  auto message = right.next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, frame_kind::call);
  EXPECT_EQ(message->number, 1U);
  EXPECT_EQ(text(*message), "first");
  message = right.next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->number, 2U);
  EXPECT_TRUE(message->content.empty());
  EXPECT_FALSE(right.next());
  EXPECT_EQ(right.receive(), frame_stream::received::nothing);
}

TEST_F(frame_stream_test, a_long_content_goes_as_shared_memory) {
  const std::string longer(3'000'000, 'x');
  left.queue(frame_kind::call, 1, bytes("before"));
  left.queue(frame_kind::call, 2, bytes(longer));
  left.queue(frame_kind::call, 3, bytes("after"));
  EXPECT_EQ(left.flush(), 0);  // all at once: it is not in the socket
  std::vector<std::string> came;
  while (came.size() < 3 && right.receive() == frame_stream::received::bytes) {
    while (auto message = right.next()) came.push_back(text(*message));
  }
  EXPECT_EQ(came, (std::vector<std::string>{"before", longer, "after"}));
}

TEST_F(frame_stream_test, descriptors_stay_with_their_message) {
  auto pipe = make_pipe().value();
  std::vector<unique_fd> writer;
  writer.push_back(std::move(pipe.writer));
  left.queue(frame_kind::call, 1, bytes("none"));
  left.queue(frame_kind::call, 2, bytes("one"), writer);
  writer.clear();  // it was copied
  EXPECT_EQ(left.flush(), 0);
  std::vector<frame> came;
  while (came.size() < 2 && right.receive() == frame_stream::received::bytes) {
    while (auto message = right.next()) came.push_back(std::move(*message));
  }
  ASSERT_EQ(came.size(), 2U);
  EXPECT_TRUE(came[0].beside.descriptors().empty());
  EXPECT_EQ(::write(came[1].beside.take().get(), "x", 1), 1);
}

TEST_F(frame_stream_test, what_the_socket_does_not_take_waits) {
  const std::string piece(frame_stream::long_content_bytes - 1, 'x');
  std::size_t sent = 0;
  while (left.flush() == 0) {
    left.queue(frame_kind::call, 1, bytes(piece));
    ++sent;
  }
  EXPECT_TRUE(left.has_unsent());
  std::size_t came = 0;
  while (came < sent) {
    if (right.receive() == frame_stream::received::nothing) left.flush();
    while (auto message = right.next()) came += text(*message) == piece ? 1U : 1000U;
  }
  EXPECT_EQ(came, sent);
}

TEST_F(frame_stream_test, a_closed_socket_is_the_end) {
  left.queue(frame_kind::call, 1, bytes("last"));
  EXPECT_EQ(left.flush(), 0);
  left.close();
  EXPECT_EQ(right.receive(), frame_stream::received::bytes);
  EXPECT_TRUE(right.next());
  EXPECT_EQ(right.receive(), frame_stream::received::end);
  right.queue(frame_kind::call, 1, {});
  EXPECT_EQ(right.flush(), -EPIPE);
}

}  // namespace
