#include "pirn/platform/stream_calls.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "pirn/platform/fd.hpp"

namespace pirn::detail {

namespace {

struct sending final : send_operation {
  explicit sending(std::vector<std::string_view> texts) {
    for (std::string_view each : texts) {
      parts.push_back({reinterpret_cast<const std::byte*>(each.data()), each.size()});
    }
    slices = parts;
  }
  void completed() noexcept override {}

  std::vector<slice> parts;
};

std::string text_of(std::span<const iovec> parts) {
  std::string text;
  for (const iovec& each : parts)
    text.append(static_cast<const char*>(each.iov_base), each.iov_len);
  return text;
}

struct socket_pair {
  socket_pair() {
    std::array<int, 2> made{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made.data()), 0);
    near.reset(made[0]);
    far.reset(made[1]);
  }

  std::string receive(std::size_t size_bytes) {
    std::string text(size_bytes, '\0');
    int count = receive_now(far.get(), std::as_writable_bytes(std::span(text)));
    text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return text;
  }

  std::size_t receive_all() {
    std::size_t total = 0;
    for (std::string each = receive(1 << 16); !each.empty(); each = receive(1 << 16)) {
      total += each.size();
    }
    return total;
  }

  unique_fd near;
  unique_fd far;
};

}  // namespace

TEST(send_position, goes_on_in_the_middle_of_a_slice) {
  sending request({"", "abc", "", "defg", ""});
  send_position position(request);
  position.rewind();
  std::array<iovec, 8> room{};
  EXPECT_EQ(text_of(position.next(room)), "abcdefg");
  position.advance(2);
  EXPECT_EQ(position.first().size(), 1);
  EXPECT_EQ(text_of(position.next(room)), "cdefg");
  position.advance(3);
  EXPECT_EQ(text_of(position.next(room)), "fg");
  EXPECT_FALSE(position.at_end());
  position.advance(2);
  EXPECT_TRUE(position.at_end());
  EXPECT_EQ(request.sent_bytes, 7);
}

TEST(send_position, is_at_its_end_when_there_is_nothing_to_send) {
  sending nothing({});
  sending empty({"", ""});
  for (sending* each : {&nothing, &empty}) {
    send_position position(*each);
    position.rewind();
    EXPECT_TRUE(position.at_end());
  }
}

TEST(send_first, sends_all_slices_however_many) {
  socket_pair sockets;
  std::string letters = "abcdefghijklmnopqrstuvwxyz";
  std::vector<std::string_view> texts;
  std::string expected;
  for (std::size_t i = 0; i < 1000; ++i) {
    texts.push_back(std::string_view(letters).substr(i % 26, 1));
    expected += texts.back();
  }
  sending request(texts);
  EXPECT_EQ(send_first(sockets.near.get(), request), 0);
  EXPECT_EQ(request.sent_bytes, 1000);
  std::string got;
  while (got.size() < 1000) got += sockets.receive(1000);
  EXPECT_EQ(got, expected);
}

TEST(send_first, tells_how_far_it_came_when_the_socket_is_full) {
  socket_pair sockets;
  std::string much(4 << 20, 'x');
  for (std::vector<std::string_view> texts : {std::vector<std::string_view>{much}, {"ab", much}}) {
    sending request(texts);
    EXPECT_EQ(send_first(sockets.near.get(), request), -EAGAIN);
    std::size_t first_bytes = request.sent_bytes;
    EXPECT_GT(first_bytes, 0);
    EXPECT_EQ(sockets.receive_all(), first_bytes);
    EXPECT_EQ(send_now(sockets.near.get(), request), -EAGAIN);
    EXPECT_LT(request.sent_bytes, much.size());
    EXPECT_EQ(sockets.receive_all(), request.sent_bytes - first_bytes);
  }
}

TEST(send_first, raises_no_signal_when_the_peer_is_gone) {
  socket_pair sockets;
  sockets.far.reset();
  sending one({"x"});
  EXPECT_EQ(send_first(sockets.near.get(), one), -EPIPE);
  sending two({"x", "y"});
  EXPECT_EQ(send_first(sockets.near.get(), two), -EPIPE);
}

TEST(receive_now, does_not_wait) {
  socket_pair sockets;
  std::array<std::byte, 4> room{};
  EXPECT_EQ(receive_now(sockets.far.get(), room), -EAGAIN);
  sending request({"abcdef"});
  EXPECT_EQ(send_first(sockets.near.get(), request), 0);
  EXPECT_EQ(receive_now(sockets.far.get(), room), 4);
  EXPECT_EQ(receive_now(sockets.far.get(), room), 2);
  sockets.near.reset();
  EXPECT_EQ(receive_now(sockets.far.get(), room), 0);
}

TEST(accept_errors, are_the_connections_own_or_the_systems) {
  EXPECT_TRUE(is_of_one_connection(ECONNABORTED));
  EXPECT_FALSE(is_of_one_connection(EMFILE));
  EXPECT_FALSE(is_of_one_connection(ENOBUFS));
}

}  // namespace pirn::detail
